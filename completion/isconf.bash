# Completion of isconf(8) for bash, written by npm run fix from the table of verbs.
_isconf_paths() {
  local -a found=()
  local typed=${word#[\"\']}
  [[ $word == -* ]] || mapfile -t found < <(isconf paths -- "${typed//\\/}" 2>/dev/null)
  compopt -o default -o filenames
  COMPREPLY+=("${found[@]}")
  # More can follow a directory.
  [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace
}
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
    mapfile -t COMPREPLY < <(compgen -W 'lock unlock snap bank exec reboot void revert rehearse ci up skip done hold release fork migrate branches resolve status log show blame paths verify diff wip history hosts fleet events web metrics cat doctor lint env render help version init leave start stop restart seal daemon -c --config -D --debug -m --message -q --quiet -r --reboot_ok -V --version -h --help' -- "$word")
    return
  fi
  case ${COMP_WORDS[at]}:${COMP_WORDS[COMP_CWORD - 1]} in
    lock:-m | lock:--message) return ;;
    exec:--env) return ;;
    exec:--sh) return ;;
    void:-m | void:--message) return ;;
    revert:--with) return ;;
    rehearse:--on) mapfile -t COMPREPLY < <(compgen -W "$(isconf hosts --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); return ;;
    rehearse:--sh) return ;;
    ci:--on) mapfile -t COMPREPLY < <(compgen -W "$(isconf hosts --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); return ;;
    up:--to) mapfile -t COMPREPLY < <(compgen -W "$(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word"); return ;;
    up:-m | up:--message) return ;;
    skip:-m | skip:--message) return ;;
    done:-m | done:--message) return ;;
    hold:-m | hold:--message) return ;;
    release:-m | release:--message) return ;;
    log:-n) return ;;
    log:--since) return ;;
    log:--host) mapfile -t COMPREPLY < <(compgen -W "$(isconf hosts --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); return ;;
    history:-n) return ;;
    history:--output) mapfile -t COMPREPLY < <(compgen -W "$(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word"); return ;;
    fleet:--branch) mapfile -t COMPREPLY < <(compgen -W "$(isconf branches --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); return ;;
    fleet:--state) mapfile -t COMPREPLY < <(compgen -W "stopped boot unheard held split behind differs unknown level" -- "$word"); return ;;
    fleet:--name) mapfile -t COMPREPLY < <(compgen -W "$(isconf hosts --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); return ;;
    events:--after) return ;;
    web:--listen) return ;;
    metrics:--textfile) compopt -o default; return ;;
    cat:--at) mapfile -t COMPREPLY < <(compgen -W "$(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word"); return ;;
    init:--key) compopt -o default; return ;;
  esac
  case ${COMP_WORDS[at]} in
    lock) mapfile -t COMPREPLY < <(compgen -W '-m --message --behind' -- "$word") ;;
    snap) mapfile -t COMPREPLY < <(compgen -W '--latest --mirror --keep --delete' -- "$word"); compopt -o default ;;
    bank) mapfile -t COMPREPLY < <(compgen -W '--json list add remove get' -- "$word"); compopt -o default ;;
    void) mapfile -t COMPREPLY < <(compgen -W "-m --message $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    revert) mapfile -t COMPREPLY < <(compgen -W "--with --delete --keep --overwrite --dry-run --json $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    ci) mapfile -t COMPREPLY < <(compgen -W '--rehearse --on --net --json' -- "$word") ;;
    up) mapfile -t COMPREPLY < <(compgen -W '--to --step --wait --despite-hold -m --message --dry-run --json' -- "$word") ;;
    skip) mapfile -t COMPREPLY < <(compgen -W "-m --message $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    done) mapfile -t COMPREPLY < <(compgen -W "-m --message $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    hold) mapfile -t COMPREPLY < <(compgen -W '-m --message --branch' -- "$word") ;;
    release) mapfile -t COMPREPLY < <(compgen -W '-m --message --branch' -- "$word") ;;
    migrate) mapfile -t COMPREPLY < <(compgen -W " $(isconf branches --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word") ;;
    branches) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    status) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    log) if [[ $word == */* ]]; then _isconf_paths; else mapfile -t COMPREPLY < <(compgen -W "-n --since --host --oneline --json $(isconf branches --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word"); fi ;;
    show) mapfile -t COMPREPLY < <(compgen -W "--json $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    blame) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); _isconf_paths ;;
    paths) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); _isconf_paths ;;
    verify) mapfile -t COMPREPLY < <(compgen -W '--restore --json' -- "$word"); _isconf_paths ;;
    diff) mapfile -t COMPREPLY < <(compgen -W "--json $(isconf log -n 100 --json 2>/dev/null | sed -n 's/^{"id":"\([0-9a-f]\{12\}\).*/\1/p')" -- "$word") ;;
    wip) mapfile -t COMPREPLY < <(compgen -W '--json --restore undo drop' -- "$word") ;;
    history) mapfile -t COMPREPLY < <(compgen -W '-n --output --json' -- "$word") ;;
    hosts) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    fleet) mapfile -t COMPREPLY < <(compgen -W "--branch --state --name --all --watch --output --json $(isconf hosts --json 2>/dev/null | sed -n 's/^{"name":"\([A-Za-z0-9._-]*\)".*/\1/p')" -- "$word") ;;
    events) mapfile -t COMPREPLY < <(compgen -W '--follow --after --json' -- "$word") ;;
    web) mapfile -t COMPREPLY < <(compgen -W '--listen' -- "$word") ;;
    metrics) mapfile -t COMPREPLY < <(compgen -W '--textfile' -- "$word") ;;
    cat) mapfile -t COMPREPLY < <(compgen -W '--at' -- "$word"); _isconf_paths ;;
    doctor) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word") ;;
    lint) mapfile -t COMPREPLY < <(compgen -W '--json' -- "$word"); compopt -o default ;;
    env) mapfile -t COMPREPLY < <(compgen -W '--sh --json --make' -- "$word") ;;
    render) compopt -o default ;;
    help) mapfile -t COMPREPLY < <(compgen -W 'lock unlock snap bank exec reboot void revert rehearse ci up skip done hold release fork migrate branches resolve status log show blame paths verify diff wip history hosts fleet events web metrics cat doctor lint env render help version init leave start stop restart seal daemon failures settings USAGE NO_SUCH_LINE NO_SUCH_BRANCH NO_SUCH_HOST BRANCH_EXISTS NO_SUCH_OPERATION NOT_NEXT NOT_SKIPPED NOT_VOIDABLE BAD_REQUEST NO_SUCH_FILE NOT_A_FILE PROTECTED_PATH UNSAFE_LINK OUTSIDE_VOLROOT BANK_NAME_TAKEN BANK_FOREIGN NOT_KEPT HOST_NOT_REACHED NOT_IN_BANK PATHS_GONE KIND_CHANGED FILE_CHANGED SIZE_WRONG FILE_UNREADABLE CONFIG OPEN_TO_OTHERS VARIABLE_UNSET NOT_EXPRESSIBLE TEMPLATE LOCAL_CHANGE FILE_EXISTS FETCH_FAILED WRONG_HASH FILE_UNWRITABLE DOMAIN_MISSING DOMAIN_SET LOCKED LOCK_CONTENDED HELD ALREADY_HELD NOT_HELD NOT_LOCKED MESSAGE_MISSING BEHIND UNCHECKED_WORK LOCK_LOST WIP_NOT_LOST NEEDS_REBUILD NOT_A_SUPERSET SPLIT REVERT_REFUSED WIP_COMMAND NOT_REHEARSABLE REHEARSAL_REFUSED PACKAGES_BUSY REHEARSAL_FAILED NOT_REPLAYABLE COMMAND_FAILED COMMAND_NOT_RUN COMMAND_LEFT OFF_BRANCH REBOOT_BY_EXEC INSTALL_FAILED REMOVE_FAILED BUSY WIP_FULL REBOOT_NEEDED UNFETCHED REBOOT_PENDING HOOK_FAILED WOULD_STOP OPERATION_UNKNOWN OPERATION_FAILED BLOB_MISSING BLOB_MISMATCH SOURCE_FAILED TREE_REFUSED HOST_UNNAMED TREE_MISSING CHECKPOINT_TAKEN INTERRUPTED NODE_TOO_OLD DAEMON_DOWN DAEMON_LOST NOT_ALLOWED ALREADY_RUNNING PROGRAM_REPLACED CLONED PORT_TAKEN PORT_FORBIDDEN NETWORK_PROCESS NETWORK_RELEASE WEB_ADDRESS HOME_UNWRITABLE DISK_FULL DISK_UNCERTAIN DISK_FAILED NEWER_RELEASE JOURNAL_DAMAGED OTHER_DOMAIN STATE_DAMAGED UNEXPECTED IS_HOME IS_DOMAIN IS_PORT IS_LISTEN IS_NETWORK IS_NETS IS_NOBROADCAST IS_HMAC_KEYS IS_VOLROOT IS_REBOOT_CMD IS_BOOT_ID IS_HOOKS IS_NOTIFY IS_SHARED_DIRECTORIES IS_OWNER IS_LOG IS_WARNINGS IS_UP IS_UP_SPLAY IS_UP_WINDOW IS_REHEARSE IS_TIMEOUT_CLI IS_HOSTNAME IS_RESERVE IS_HTTP_PORT IS_WEB' -- "$word") ;;
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
