# Completion of hostkeeper(8) for bash, written by npm run fix from the table of verbs.
_hostkeeper() {
  local word=${COMP_WORDS[COMP_CWORD]} at=1
  COMPREPLY=()
  while ((at < COMP_CWORD)); do
    case ${COMP_WORDS[at]} in
      -c | --config) ((at += 2)) ;;
      -*) ((at += 1)) ;;
      *) break ;;
    esac
  done
  if ((at > COMP_CWORD)); then
    compopt -o default
    return
  fi
  if ((at == COMP_CWORD)); then
    mapfile -t COMPREPLY < <(compgen -W 'plan -V --version -c --config -D --debug -q --quiet -h --help' -- "$word")
    return
  fi
  case ${COMP_WORDS[at]} in
    plan) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
  esac
}
complete -F _hostkeeper hostkeeper
