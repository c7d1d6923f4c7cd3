/**
 * The one table of failures a person can meet. The manual's exit statuses and
 * docs/errors.md are printed from it.
 */

/** Exit status and hint of each failure, by its code. */
export const errorKinds = {
  USAGE: { exit: 22, hint: 'see `isconf --help`' },
  NO_SUCH_LINE: { exit: 22, hint: '`isconf status` shows the lines of a split branch' },
  NO_SUCH_BRANCH: { exit: 22, hint: '`isconf branches` shows those that are known here' },
  BRANCH_EXISTS: { exit: 22, hint: 'move this host onto it with `isconf migrate`, or choose another name' },
  NO_SUCH_OPERATION: { exit: 22, hint: '`isconf log` shows the names of the operations' },
  NOT_NEXT: {
    exit: 22,
    hint: 'only what `isconf up` would do next can be skipped: `isconf status` and `isconf up --dry-run` show it',
  },
  NOT_SKIPPED: { exit: 22, hint: '`isconf status` shows what was skipped on this host' },
  BAD_REQUEST: { exit: 22, hint: 'the command line and the daemon may be of different releases: isconf restart' },
  NO_SUCH_FILE: { exit: 2, hint: 'check the path; relative ones start at the current directory' },
  NOT_A_FILE: { exit: 22, hint: 'snap takes regular files, directories and symbolic links, with names in UTF-8' },
  PROTECTED_PATH: {
    exit: 22,
    hint: "ISconf's own files, /, and what is mounted are no part of a change; name what you mean below or beside them",
  },
  OUTSIDE_VOLROOT: { exit: 22, hint: 'IS_VOLROOT stands for / on this host; work below it' },
  BANK_NAME_TAKEN: {
    exit: 1,
    hint: 'nothing was recorded: a name means one content for ever, and a new version has a new name; `isconf bank remove` frees it for those who must',
  },
  NOT_IN_BANK: { exit: 2, hint: '`isconf bank` lists what is published' },
  FILE_CHANGED: { exit: 1, hint: 'nothing was recorded; stop whatever writes the file and snap it again' },
  SIZE_WRONG: {
    exit: 22,
    hint: 'nothing was recorded: a file whose size is not that of its content is made anew when it is read; copy it to a regular file and snap that',
  },
  FILE_UNREADABLE: { exit: 1, hint: 'the daemon must be able to read the file; is it running as root?' },
  CONFIG: { exit: 22, hint: 'correct the file and try again' },
  VARIABLE_UNSET: { exit: 1, hint: "set it in main.cf, for every host under DEFAULT; `isconf env` shows this host's" },
  NOT_EXPRESSIBLE: { exit: 1, hint: 'take --sh or --json, or name the variables that are wanted' },
  TEMPLATE: { exit: 1, hint: 'correct the template; what was at the destination is untouched' },
  LOCAL_CHANGE: { exit: 1, hint: 'see what differs; `isync -o` keeps a copy of what is there and overwrites it' },
  FILE_EXISTS: { exit: 1, hint: 'nothing was written; move what is there away, or name another place' },
  FETCH_FAILED: { exit: 1, hint: 'nothing was run; see whether the address is right and its server answers' },
  WRONG_HASH: { exit: 1, hint: 'nothing was run; the file is not the one that was meant, or the hash is of another' },
  FILE_UNWRITABLE: { exit: 1, hint: 'what was at the destination is untouched' },
  DOMAIN_MISSING: { exit: 22, hint: 'say which one: isconf init DOMAIN' },
  DOMAIN_SET: {
    exit: 22,
    hint: 'nothing was changed; to go to another domain, leave this one first: isconf stop, isconf leave DOMAIN',
  },
  LOCKED: { exit: 220, hint: 'ask the holder to check in; `isconf unlock` breaks the lock and costs them their work' },
  LOCK_CONTENDED: { exit: 220, hint: 'another host is changing the branch at this moment; try again' },
  NOT_LOCKED: { exit: 221, hint: 'take the lock first: isconf lock why you need it' },
  MESSAGE_MISSING: { exit: 222, hint: 'say why: isconf lock upgrade the mail server' },
  BEHIND: { exit: 1, hint: 'bring this host level first: isconf up' },
  UNCHECKED_WORK: { exit: 1, hint: 'check it in first: isconf ci; or, if its lock is lost: isconf wip drop' },
  LOCK_LOST: {
    exit: 1,
    hint: 'the work stays in journal.wip: lock again if nobody has checked in since, or give it up: isconf wip drop',
  },
  WIP_NOT_LOST: {
    exit: 1,
    hint: 'its lock is held: check it in with `isconf ci`, or break the lock with `isconf unlock`',
  },
  NEEDS_REBUILD: { exit: 1, hint: 'build this host anew from its image; until then `isconf up` goes on' },
  NOT_A_SUPERSET: {
    exit: 1,
    hint: 'a host can only go where all it has done was done; else build it anew on that branch',
  },
  SPLIT: { exit: 1, hint: 'both lines are kept: `isconf status` shows them, `isconf resolve` says which goes on' },
  REVERT_REFUSED: {
    exit: 1,
    hint: 'nothing was changed; each line above says what would let it go on; `isconf revert --dry-run` shows the whole',
  },
  WIP_COMMAND: {
    exit: 1,
    hint: 'what it did has to be taken back by another command, which is recorded: isconf exec; or give all of it up: isconf unlock, isconf wip drop',
  },
  COMMAND_FAILED: { exit: 1, hint: 'nothing was recorded' },
  COMMAND_NOT_RUN: {
    exit: 1,
    hint: 'give the command and its arguments as separate words, without a shell',
  },
  OFF_BRANCH: { exit: 1, hint: 'this host has left the branch: rebuild it from its image' },
  REBOOT_BY_EXEC: {
    exit: 22,
    hint: 'a reboot ends isconf itself before the command can be recorded; say: isconf reboot',
  },
  INSTALL_FAILED: { exit: 1, hint: 'what was there before is untouched, but for the attributes of a directory' },
  REMOVE_FAILED: { exit: 1, hint: 'a part may be gone; mend the cause and do it again' },
  BUSY: { exit: 1, hint: 'wait for it to end; one thing at a time changes a host' },
  WIP_FULL: { exit: 1, hint: 'check in what there is, then lock again and go on: isconf ci' },
  REBOOT_NEEDED: {
    exit: 1,
    hint: 'run `isconf -r up` at a time when this host may reboot; or go past it on this host alone: isconf skip OPERATION -m WHY',
  },
  REBOOT_PENDING: { exit: 1, hint: 'go on after the reboot; if the host does not go down by itself: isconf reboot' },
  HOOK_FAILED: { exit: 1, hint: 'mend the hook and run `isconf up` again' },
  OPERATION_UNKNOWN: {
    exit: 1,
    hint: 'what stands before it is done; install that release on this host, then run `isconf up` again',
  },
  OPERATION_FAILED: {
    exit: 1,
    hint: 'this host stays at that operation; mend the cause and run `isconf up` again; or go past it on this host alone: isconf skip OPERATION -m WHY',
  },
  BLOB_MISSING: {
    exit: 1,
    hint: 'start a host that holds the file, then run `isconf up` again; or go past it on this host alone: isconf skip OPERATION -m WHY',
  },
  BLOB_MISMATCH: { exit: 1, hint: 'the stored copy was damaged and is dropped; `isconf up` fetches it again' },
  SOURCE_FAILED: {
    exit: 1,
    hint: 'the tree that holds is untouched; mend the cause and fetch again: hostkeeper fetch',
  },
  TREE_REFUSED: {
    exit: 1,
    hint: 'the tree that holds is untouched; correct it at its source, then: hostkeeper update',
  },
  HOST_UNNAMED: {
    exit: 1,
    hint: 'give it its full name (hostnamectl set-hostname, /etc/hosts, or IS_HOSTNAME), or an entry of that name in hosts.conf',
  },
  TREE_MISSING: { exit: 1, hint: 'fetch one: hostkeeper update' },
  CHECKPOINT_TAKEN: {
    exit: 1,
    hint: 'what is published stays as it is; a channel is moved by: hostkeeper checkpoint tag --move',
  },
  INTERRUPTED: { exit: 2, hint: 'nothing is recorded as done; run the command again' },
  NODE_TOO_OLD: { exit: 223, hint: 'install a newer Node, or the package for this system, which brings its own' },
  DAEMON_DOWN: { exit: 223, hint: 'start it: isconf start' },
  DAEMON_LOST: {
    exit: 223,
    hint: 'see the log (the journal, syslog or log/isconf.log below IS_HOME), then: isconf start',
  },
  NOT_ALLOWED: { exit: 223, hint: 'run as the user who owns IS_HOME, usually root' },
  ALREADY_RUNNING: { exit: 223, hint: 'stop it first: isconf stop' },
  PROGRAM_REPLACED: { exit: 75, hint: 'start the daemon again; a service manager does so by itself' },
  CLONED: {
    exit: 223,
    hint: 'on the machine that was made from the image of another: isconf stop, isconf seal, isconf start; on the same machine with another machine-id: isconf seal --same-host, isconf start',
  },
  PORT_TAKEN: { exit: 223, hint: 'another daemon or program has the port; set IS_PORT to a free one' },
  HOME_UNWRITABLE: { exit: 223, hint: 'run as the user who owns IS_HOME, usually root, or set IS_HOME' },
  DISK_FULL: { exit: 223, hint: 'make room on the disk of IS_HOME; nothing half-written was kept' },
  DISK_FAILED: { exit: 223, hint: 'look at the disk and the kernel log before going on' },
  NEWER_RELEASE: { exit: 223, hint: 'install that release of isconf here, or a later one; nothing was changed' },
  JOURNAL_DAMAGED: { exit: 223, hint: 'keep the file for study; another host has a good copy' },
  OTHER_DOMAIN: {
    exit: 223,
    hint: 'correct the domain of this host, or set aside what it has of the other one: isconf leave OTHER-DOMAIN',
  },
  STATE_DAMAGED: { exit: 223, hint: 'keep the file for study, then rebuild this host from its image' },
  UNEXPECTED: {
    exit: 224,
    hint: 'this is a bug; the log (the journal, syslog or log/isconf.log below IS_HOME) has the details',
  },
} as const satisfies Record<string, { exit: number; hint: string }>

export type ErrorCode = keyof typeof errorKinds

/** A failure that can happen to a correct program: told to the person, never a stack trace. */
export class IsconfError extends Error {
  override readonly name = 'IsconfError'
  readonly code: ErrorCode
  /** Exit status when it is not the one of the table: that of a failed command. */
  readonly #exit: number | undefined
  /** The hint when it is not the one of the table: told by a daemon of another release. */
  readonly #hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; exit?: number; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.#exit = options.exit
    this.#hint = options.hint
  }

  get exit(): number {
    return this.#exit ?? this.#kind.exit
  }

  get hint(): string {
    return this.#hint ?? this.#kind.hint
  }

  /** A code from a daemon of another release may not be in the table. */
  get #kind(): { readonly exit: number; readonly hint: string } {
    return errorKinds[this.code] ?? errorKinds.UNEXPECTED
  }
}

/** Anything thrown, as a failure with a code; what is not one already is UNEXPECTED. */
export function toIsconfError(thrown: unknown): IsconfError {
  if (thrown instanceof IsconfError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new IsconfError('UNEXPECTED', message, { cause: thrown })
}
