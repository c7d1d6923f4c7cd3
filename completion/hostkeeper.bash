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
    mapfile -t COMPREPLY < <(compgen -W 'init lint generate update fetch switch rollback plan run status stamps clean checkpoint -V --version -c --config -D --debug -q --quiet -h --help' -- "$word")
    return
  fi
  case ${COMP_WORDS[at]} in
    init) mapfile -t COMPREPLY < <(compgen -W '-f' -- "$word") ;;
    lint) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    generate) mapfile -t COMPREPLY < <(compgen -W '-o --check' -- "$word"); compopt -o default ;;
    update) mapfile -t COMPREPLY < <(compgen -W '--again' -- "$word") ;;
    fetch) mapfile -t COMPREPLY < <(compgen -W '--again --wait' -- "$word") ;;
    plan) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    run) mapfile -t COMPREPLY < <(compgen -W '-n --wait' -- "$word") ;;
    status) mapfile -t COMPREPLY < <(compgen -W '--json -n' -- "$word") ;;
    stamps) mapfile -t COMPREPLY < <(compgen -W '--json remove --only' -- "$word") ;;
    clean) mapfile -t COMPREPLY < <(compgen -W '-n' -- "$word") ;;
    checkpoint) mapfile -t COMPREPLY < <(compgen -W 'build push tag' -- "$word") ;;
  esac
}
complete -F _hostkeeper hostkeeper
