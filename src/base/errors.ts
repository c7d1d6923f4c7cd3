/**
 * The table of all failures that a person can see. The manual's exit statuses and
 * docs/errors.md are printed from it.
 */

import { daemonErrorKinds } from './daemon-errors.ts'

/** Exit status and hint of each failure, by its code. */
export const errorKinds = {
  USAGE: { exit: 22, hint: 'see `isconf --help`' },
  NO_SUCH_LINE: { exit: 22, hint: '`isconf status` shows the lines of a split branch' },
  NO_SUCH_BRANCH: { exit: 22, hint: '`isconf branches` shows the branches that are known here' },
  NO_SUCH_HOST: { exit: 22, hint: '`isconf hosts` shows those that are known here' },
  BRANCH_EXISTS: { exit: 22, hint: 'move this host to it with `isconf migrate`, or choose another name' },
  NO_SUCH_OPERATION: { exit: 22, hint: '`isconf log` shows the names of the operations' },
  NOT_NEXT: {
    exit: 22,
    hint: 'you can skip only the operation that `isconf up` would do next: `isconf status` and `isconf up --dry-run` show it',
  },
  NOT_SKIPPED: { exit: 22, hint: '`isconf status` shows the operations in which this host differs' },
  NOT_VOIDABLE: { exit: 22, hint: '`isconf log` shows the operations, and which of them are void' },
  BAD_REQUEST: { exit: 22, hint: 'isconf and its daemon may be of different releases: try isconf restart' },
  NO_SUCH_FILE: { exit: 2, hint: 'check the path; a relative path starts at the current directory' },
  NOT_A_FILE: { exit: 22, hint: 'snap takes regular files, directories and symbolic links, with names in UTF-8' },
  PROTECTED_PATH: {
    exit: 22,
    hint: "ISconf's own files, / and mount points can't be part of a change; name files below or beside them",
  },
  UNSAFE_LINK: { exit: 1, hint: 'if it is meant, have root own the link, or its user the directory it leads to' },
  OUTSIDE_VOLROOT: { exit: 22, hint: 'IS_VOLROOT stands for / on this host; work below it' },
  BANK_NAME_TAKEN: {
    exit: 1,
    hint: 'nothing was recorded: a name keeps its content for ever, so give a new version a new name; if you must reuse this one, `isconf bank remove` frees it',
  },
  BANK_FOREIGN: {
    exit: 1,
    hint: 'nothing was run: end that program (ss -ltnp shows it), or give the bank a port below 1024 (IS_HTTP_PORT)',
  },
  NOT_KEPT: { exit: 2, hint: 'a host keeps what the last 200 commands wrote that `isconf up` ran there' },
  HOST_NOT_REACHED: { exit: 1, hint: 'ask on that host itself, or when it is there again' },
  NOT_IN_BANK: { exit: 2, hint: '`isconf bank` lists what is published' },
  PATHS_GONE: { exit: 1, hint: 'nothing was recorded; --mirror has other hosts remove them, --keep keep them' },
  KIND_CHANGED: { exit: 1, hint: 'nothing was recorded; --mirror has others remove it first, with all that it holds' },
  FILE_CHANGED: { exit: 1, hint: 'nothing was recorded; stop whatever is writing to the file, and snap it again' },
  SIZE_WRONG: {
    exit: 22,
    hint: 'nothing was recorded: the content of such a file is generated each time it is read; copy it to a regular file, and snap that',
  },
  FILE_UNREADABLE: { exit: 1, hint: 'the daemon must be able to read the file; is it running as root?' },
  CONFIG: { exit: 22, hint: 'correct the file and try again' },
  OPEN_TO_OTHERS: { exit: 22, hint: 'mend it and try again; nothing is safe below a directory of somebody else' },
  VARIABLE_UNSET: {
    exit: 1,
    hint: 'set it in main.cf, under DEFAULT for all hosts; `isconf env` shows the variables of this host',
  },
  NOT_EXPRESSIBLE: { exit: 1, hint: 'use --sh or --json, or name the variables that you want' },
  TEMPLATE: { exit: 1, hint: 'correct the template; what was at the destination is untouched' },
  LOCAL_CHANGE: { exit: 1, hint: 'look at what differs; `isync -o` keeps a copy of the file and overwrites it' },
  FILE_EXISTS: { exit: 1, hint: 'nothing was written; move the existing file away, or choose another name' },
  FETCH_FAILED: { exit: 1, hint: 'nothing was run; check the address, and whether its server answers' },
  WRONG_HASH: { exit: 1, hint: 'nothing was run; either the file or the hash is wrong' },
  FILE_UNWRITABLE: { exit: 1, hint: 'what was at the destination is untouched' },
  DOMAIN_MISSING: { exit: 22, hint: 'name it: isconf init DOMAIN' },
  DOMAIN_SET: {
    exit: 22,
    hint: 'nothing was changed; to move to another domain, leave this one first: isconf stop, isconf leave DOMAIN',
  },
  LOCKED: {
    exit: 220,
    hint: 'ask the holder to check in; `isconf unlock` breaks the lock, and the holder can then lock again and check in only if nobody else has',
  },
  LOCK_CONTENDED: { exit: 220, hint: 'another host is changing the branch right now; try again' },
  HELD: {
    exit: 6,
    hint: 'nothing more is done here; to end the hold: isconf release; of a branch, under the lock: isconf release --branch; to go on this once in spite of it: isconf up --despite-hold -m WHY',
  },
  ALREADY_HELD: { exit: 1, hint: 'nothing was changed; to hold it for another reason, release it first' },
  NOT_HELD: { exit: 1, hint: '`isconf status` shows what is held, `isconf hosts` where' },
  NOT_LOCKED: { exit: 221, hint: 'take the lock first: isconf lock WHY' },
  MESSAGE_MISSING: { exit: 222, hint: 'say why: isconf lock upgrade the mail server' },
  BEHIND: {
    exit: 1,
    hint: 'bring this host up to date first: isconf up; or, only to hold, release or void: isconf lock --behind WHY',
  },
  UNCHECKED_WORK: {
    exit: 1,
    hint: 'check it in first: isconf ci; or, if its lock was lost, drop it: isconf wip drop',
  },
  LOCK_LOST: {
    exit: 1,
    hint: 'the work is kept in journal.wip: lock again if nobody has checked in since, or drop it: isconf wip drop',
  },
  WIP_NOT_LOST: {
    exit: 1,
    hint: 'its lock is held: check it in with `isconf ci`, or break the lock with `isconf unlock`',
  },
  NEEDS_REBUILD: {
    exit: 1,
    hint: 'rebuild this host from its image, or undo by hand what was dropped, which status shows, then: isconf done OPERATION -m WHY; until then `isconf up` still works',
  },
  NOT_A_SUPERSET: {
    exit: 1,
    hint: 'a host can move only to a branch that begins with everything the host has done; otherwise rebuild it on that branch',
  },
  SPLIT: {
    exit: 1,
    hint: 'both lines are kept: `isconf status` shows them, `isconf resolve` chooses the one that continues',
  },
  REVERT_REFUSED: {
    exit: 1,
    hint: 'nothing was changed; each line above says what to do about it; `isconf revert --dry-run` shows everything',
  },
  WIP_COMMAND: {
    exit: 1,
    hint: 'undo what the command did with another recorded command: isconf exec; or drop all the work: isconf unlock, isconf wip drop',
  },
  NOT_REHEARSABLE: { exit: 1, hint: 'nothing was done; a rehearsal needs root, util-linux and overlayfs' },
  REHEARSAL_REFUSED: { exit: 1, hint: 'the work is as it was; rehearse it on another host, or on this one' },
  PACKAGES_BUSY: { exit: 1, hint: 'nothing was done; wait for it to end, and try again' },
  REHEARSAL_FAILED: { exit: 1, hint: 'nothing was changed; find another way to do what fails, and rehearse again' },
  NOT_REPLAYABLE: { exit: 1, hint: 'nothing was checked in; record them in another way, or set IS_WARNINGS to warn' },
  COMMAND_FAILED: { exit: 1, hint: 'nothing was recorded' },
  COMMAND_NOT_RUN: { exit: 1, hint: 'give the command and its arguments as separate words, without a shell' },
  COMMAND_LEFT: { exit: 1, hint: 'wait until it ends, or end it; then try again' },
  OFF_BRANCH: { exit: 1, hint: 'this host has left the branch: rebuild it from its image' },
  REBOOT_BY_EXEC: {
    exit: 22,
    hint: 'a reboot would end isconf before it could record the command; use: isconf reboot',
  },
  INSTALL_FAILED: { exit: 1, hint: 'what was there before is unchanged, except perhaps the attributes of a directory' },
  REMOVE_FAILED: { exit: 1, hint: 'some of it may be gone; fix the cause and try again' },
  BUSY: {
    exit: 4,
    hint: 'only one verb at a time may change a host: wait until it has ended, as `isconf up --wait` does by itself',
  },
  WIP_FULL: { exit: 1, hint: 'check in what you have (isconf ci), then lock again and continue' },
  REBOOT_NEEDED: {
    exit: 1,
    hint: 'run `isconf -r up` when this host may reboot; or go past the reboot, on this host alone: isconf skip OPERATION -m WHY; or on all hosts that have yet to do it, under the lock: isconf void OPERATION -m WHY',
  },
  UNFETCHED: {
    exit: 3,
    hint: 'what is here is done; make that host reachable, then run `isconf up` again',
  },
  REBOOT_PENDING: { exit: 1, hint: 'continue after the reboot; if the host does not go down by itself: isconf reboot' },
  HOOK_FAILED: { exit: 1, hint: 'fix the hook and run `isconf up` again' },
  WOULD_STOP: { exit: 1, hint: 'nothing was done; correct what is named, or go past it: isconf skip OPERATION -m WHY' },
  OPERATION_UNKNOWN: {
    exit: 1,
    hint: 'everything before it is done; install that release on this host, then run `isconf up` again',
  },
  OPERATION_FAILED: {
    exit: 1,
    hint: 'this host has stopped at that operation; fix the cause and run `isconf up` again; or go past it, on this host alone: isconf skip OPERATION -m WHY; or on all hosts that have yet to do it, under the lock: isconf void OPERATION -m WHY',
  },
  BLOB_MISSING: {
    exit: 1,
    hint: 'start a host that has the file, then run `isconf up` again; or go past it, on this host alone: isconf skip OPERATION -m WHY; or on all hosts that have yet to do it, under the lock: isconf void OPERATION -m WHY',
  },
  BLOB_MISMATCH: { exit: 1, hint: 'the stored copy was damaged and has been deleted; `isconf up` fetches it again' },
  SOURCE_FAILED: {
    exit: 1,
    hint: 'the current tree is unchanged; fix the cause and fetch again: hostkeeper fetch',
  },
  TREE_REFUSED: {
    exit: 1,
    hint: 'the current tree is unchanged; correct the new one at its source, then: hostkeeper update',
  },
  HOST_UNNAMED: {
    exit: 1,
    hint: 'give this host its full name (hostnamectl set-hostname, /etc/hosts, or IS_HOSTNAME), or add an entry with that name to hosts.conf',
  },
  TREE_MISSING: { exit: 1, hint: 'fetch one: hostkeeper update' },
  CHECKPOINT_TAKEN: {
    exit: 1,
    hint: 'published checkpoints never change; to move a channel: hostkeeper checkpoint tag --move',
  },
  INTERRUPTED: { exit: 2, hint: 'nothing is recorded as done; run the command again' },
  ...daemonErrorKinds,
} as const satisfies Record<string, { exit: number; hint: string }>

export type ErrorCode = keyof typeof errorKinds
