# Completion of isconf(8) for bash, written by npm run fix from the table of verbs.
_isconf() {
  local word=${COMP_WORDS[COMP_CWORD]} at=1
  COMPREPLY=()
  while ((at < COMP_CWORD)); do
    case ${COMP_WORDS[at]} in
      -c | --config | -m | --message) ((at += 2)) ;;
      -*) ((at += 1)) ;;
      *) break ;;
    esac
  done
  if ((at > COMP_CWORD)); then
    compopt -o default
    return
  fi
  if ((at == COMP_CWORD)); then
    mapfile -t COMPREPLY < <(compgen -W 'lock unlock snap bank exec reboot void revert rehearse ci up skip done hold release fork migrate branches resolve status log show blame verify diff wip history hosts fleet cat doctor lint env render help version init leave start stop restart seal daemon -c --config -D --debug -m --message -q --quiet -r --reboot_ok -V --version -h --help' -- "$word")
    return
  fi
  case ${COMP_WORDS[at]} in
    lock) mapfile -t COMPREPLY < <(compgen -W '-m --message --behind' -- "$word") ;;
    snap) mapfile -t COMPREPLY < <(compgen -W '--latest --mirror --keep --delete' -- "$word"); compopt -o default ;;
    bank) mapfile -t COMPREPLY < <(compgen -W '--json list add remove get' -- "$word"); compopt -o default ;;
    void) mapfile -t COMPREPLY < <(compgen -W '-m --message' -- "$word") ;;
    revert) mapfile -t COMPREPLY < <(compgen -W '--with --delete --keep --overwrite --dry-run --json' -- "$word") ;;
    ci) mapfile -t COMPREPLY < <(compgen -W '--rehearse --on --net --json' -- "$word") ;;
    up) mapfile -t COMPREPLY < <(compgen -W '--to --step --wait --despite-hold -m --message --dry-run --json' -- "$word") ;;
    skip) mapfile -t COMPREPLY < <(compgen -W '-m --message' -- "$word") ;;
    done) mapfile -t COMPREPLY < <(compgen -W '-m --message' -- "$word") ;;
    hold) mapfile -t COMPREPLY < <(compgen -W '-m --message --branch' -- "$word") ;;
    release) mapfile -t COMPREPLY < <(compgen -W '-m --message --branch' -- "$word") ;;
    branches) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    status) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    log) mapfile -t COMPREPLY < <(compgen -W '-n --since --host --oneline --json' -- "$word") ;;
    show) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    blame) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); compopt -o default ;;
    verify) mapfile -t COMPREPLY < <(compgen -W '--restore --json' -- "$word"); compopt -o default ;;
    diff) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    wip) mapfile -t COMPREPLY < <(compgen -W '--json --restore undo drop' -- "$word") ;;
    history) mapfile -t COMPREPLY < <(compgen -W '-n --output --json' -- "$word") ;;
    hosts) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    fleet) mapfile -t COMPREPLY < <(compgen -W '--branch --state --name --all --watch --output --json' -- "$word") ;;
    cat) mapfile -t COMPREPLY < <(compgen -W '--at' -- "$word"); compopt -o default ;;
    doctor) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    lint) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); compopt -o default ;;
    env) mapfile -t COMPREPLY < <(compgen -W '--sh --json --make' -- "$word") ;;
    render) compopt -o default ;;
    help) mapfile -t COMPREPLY < <(compgen -W 'lock unlock snap bank exec reboot void revert rehearse ci up skip done hold release fork migrate branches resolve status log show blame verify diff wip history hosts fleet cat doctor lint env render help version init leave start stop restart seal daemon' -- "$word") ;;
    init) mapfile -t COMPREPLY < <(compgen -W '--key' -- "$word") ;;
    seal) mapfile -t COMPREPLY < <(compgen -W '--same-host' -- "$word") ;;
    exec | rehearse)
      if ((at + 1 == COMP_CWORD)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$word")
      else
        compopt -o default
      fi
      ;;
  esac
}
complete -F _isconf isconf
