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
    mapfile -t COMPREPLY < <(compgen -W 'init lint generate update fetch switch rollback plan run status stamps clean checkpoint help version -c --config -D --debug -q --quiet -V --version -h --help' -- "$word")
    return
  fi
  case ${COMP_WORDS[at]}:${COMP_WORDS[COMP_CWORD - 1]} in
    generate:-o | generate:--output) compopt -o default; return ;;
    status:-n) return ;;
    checkpoint:--key) compopt -o default; return ;;
    checkpoint:--name) return ;;
  esac
  case ${COMP_WORDS[at]} in
    init) mapfile -t COMPREPLY < <(compgen -W '-f --force' -- "$word"); compopt -o default ;;
    lint) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); compopt -o default ;;
    generate) mapfile -t COMPREPLY < <(compgen -W '-o --output --check' -- "$word"); compopt -o default ;;
    update) mapfile -t COMPREPLY < <(compgen -W '--again' -- "$word") ;;
    fetch) mapfile -t COMPREPLY < <(compgen -W '--again --wait' -- "$word") ;;
    plan) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    run) mapfile -t COMPREPLY < <(compgen -W '-n --dry-run --wait' -- "$word") ;;
    status) mapfile -t COMPREPLY < <(compgen -W '-n --json' -- "$word") ;;
    stamps) mapfile -t COMPREPLY < <(compgen -W '--json --only remove' -- "$word") ;;
    clean) mapfile -t COMPREPLY < <(compgen -W '-n --dry-run' -- "$word") ;;
    checkpoint) mapfile -t COMPREPLY < <(compgen -W '--key --name --move build push tag' -- "$word"); compopt -o default ;;
    help) mapfile -t COMPREPLY < <(compgen -W 'init lint generate update fetch switch rollback plan run status stamps clean checkpoint help version' -- "$word") ;;
  esac
}
complete -F _hostkeeper hostkeeper
