/**
 * All that touches the machine: it reads what is snapped, puts it in
 * place or removes it, and runs commands. Paths are the journal's; IS_VOLROOT
 * is the machine's own affair.
 */

import type { BlobRef } from '../base/index.ts'
import type { HardLinks } from './hard-links.ts'
import type { LookAhead } from './look-ahead.ts'

/** Extended attributes, ACLs and file capabilities among them: the value of each name in base64. */
export type Xattrs = Readonly<Record<string, string>>

/** What is recorded of every kind of entry and put back. */
export interface EntryAttributes {
  readonly path: string
  readonly owner: FileOwner
  readonly mtimeMs: number
  /** Every parent directory from the top down. */
  readonly parents: readonly ParentAttributes[]
}

export interface FileAttributes extends EntryAttributes {
  /** Permission bits, setuid, setgid and sticky among them. */
  readonly mode: number
  /** Absent when there are none. */
  readonly xattrs?: Xattrs
  /** Its zeros take no room on the disk. */
  readonly sparse?: true
  /** Another path of the same file, which is recorded before this one. */
  readonly hardlink?: string
}

export interface DirectoryAttributes extends EntryAttributes {
  readonly mode: number
  readonly xattrs?: Xattrs
}

export interface SymlinkAttributes extends EntryAttributes {
  /** What the link names, as it is written in it. */
  readonly target: string
}

export interface FileOwner {
  readonly uid: number
  readonly gid: number
  /** Names, empty where there is none. */
  readonly user: string
  readonly group: string
}

export interface ParentAttributes {
  readonly path: string
  readonly mode: number
  readonly owner: FileOwner
}

export type FileEntry = FileAttributes & { readonly kind: 'file'; readonly sizeBytes: number }

export type Entry =
  | FileEntry
  | (DirectoryAttributes & { readonly kind: 'directory' })
  | (SymlinkAttributes & { readonly kind: 'symlink' })

/** What was found at a path: one entry, or a directory with all that is below it. */
export interface Inspection {
  /** By the bytes of their names, each directory after what it holds; what was asked for is the last. */
  readonly entries: readonly Entry[]
  /** What a person should know. */
  readonly remarks: readonly string[]
  /** A file's bytes. FILE_CHANGED if it is not, or does not stay, as it was seen. FILE_UNREADABLE, SIZE_WRONG. */
  read(file: FileEntry): AsyncIterable<Uint8Array>
  /** Looks again at everything that was not read: FILE_CHANGED if it is no longer as it was seen. */
  confirm(): Promise<void>
}

/** A command, as an operation records it. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Variables beyond those that every command gets. */
  readonly env: Readonly<Record<string, string>>
  /** What stands on its standard input; nothing when absent. */
  readonly input?: string
}

export interface CommandResult {
  /** Exit status as a shell gives it: 128 + n for signal n. */
  readonly status: number
  /** SHA-256 of what the command wrote, in the order it was read. */
  readonly outputSha256: string
}

export type OutputStream = 'stdout' | 'stderr'

/** Receives what a command writes; a promise slows the command down until it resolves. */
export type OutputListener = (stream: OutputStream, bytes: Uint8Array) => Promise<void> | undefined

/** Hears what a command does while it runs. */
export interface CommandListener {
  readonly output: OutputListener
  /** It has written nothing for a while, and may be waiting for an answer that nobody can give. */
  readonly silent?: (command: Command) => void
  /** Something that a person should know of how it is run. */
  readonly remark?: (text: string) => void
}

/** Before `up`, after it, and when it has failed; and for each event. */
export type HookStage = 'pre-up' | 'post-up' | 'on-failure' | 'notify'

/** What is to be put in place. */
export type Installation =
  /** A file, written beside its target while its hash is checked, with everything set, before it takes its place. */
  | {
      readonly kind: 'file'
      readonly attributes: FileAttributes
      readonly content: () => AsyncIterable<Uint8Array>
      readonly sha256: string
    }
  /** A directory that is made, or that is there and is given these attributes; what it holds stays. */
  | { readonly kind: 'directory'; readonly attributes: DirectoryAttributes }
  /** A symbolic link, in place of whatever is there but a directory. */
  | { readonly kind: 'symlink'; readonly attributes: SymlinkAttributes }

/** What stands at a path, without what is below it. */
export type PathState = { readonly mode: number; readonly owner: FileOwner } & (
  | { readonly kind: 'file' }
  /** `names` are those of what it holds. */
  | { readonly kind: 'directory'; readonly names: readonly string[] }
  | { readonly kind: 'symlink'; readonly target: string }
  /** A named pipe, a socket, a device. */
  | { readonly kind: 'other' }
)

/** What a journal says of a path. */
export type RecordedPath =
  | (FileAttributes & { readonly kind: 'file'; readonly blob: Pick<BlobRef, 'id' | 'sizeBytes'> })
  | (DirectoryAttributes & { readonly kind: 'directory' })
  | (SymlinkAttributes & { readonly kind: 'symlink' })
  /** Nothing is to be there. */
  | { readonly kind: 'removal'; readonly path: string }

/** How a path differs from what was recorded, in words for people. */
export interface Difference {
  /** `present`: something is there that was removed. `attributes` are the extended ones. */
  readonly what: 'missing' | 'present' | 'kind' | 'content' | 'target' | 'mode' | 'owner' | 'attributes' | 'unreadable'
  readonly recorded: string
  readonly found: string
}

export interface Machine {
  /** The journal's path for a path as the caller in `cwd` means it. OUTSIDE_VOLROOT. */
  journalPath(path: string, cwd: string): string
  /** Refuses what `inspect` would refuse of the path itself: NO_SUCH_FILE, NOT_A_FILE, PROTECTED_PATH, FILE_UNREADABLE. */
  refuseSnapshot(path: string): Promise<void>
  /**
   * Looks at a path for a snapshot, without following a symbolic link. `links` has the files with several names that
   * were met before. NO_SUCH_FILE, NOT_A_FILE, PROTECTED_PATH, FILE_UNREADABLE.
   */
  inspect(path: string, links?: HardLinks): Promise<Inspection>
  /** Why owners that are to be installed do not exist here, in words: one sentence for each such owner. */
  unknownOwners(owners: readonly FileOwner[]): Promise<readonly string[]>
  /** What stands at a path now, without following a link; undefined if nothing does. FILE_UNREADABLE. */
  stateOf(path: string): Promise<PathState | undefined>
  /**
   * How each of these paths differs from what was recorded; nothing if it does not. Kind, content, mode, owner and
   * extended attributes are compared, times are not.
   */
  differences(recorded: readonly RecordedPath[]): Promise<readonly (readonly Difference[])[]>
  /**
   * Looks ahead at changes that are to be made one after the other. What plain users have put in their way is moved
   * aside, or only reported.
   */
  lookAhead(movesAside: boolean): LookAhead
  /**
   * Puts the first of these in place, and as many after it as go with it. Returns an account of each that is in place
   * and durable, in their order. What comes after them may be tried next; nothing of it shows. Throws why the first
   * can't be installed: BLOB_MISMATCH, INSTALL_FAILED, PROTECTED_PATH, or what its content failed with.
   */
  install(installations: readonly Installation[]): Promise<readonly InstallReport[]>
  /**
   * Who besides root can change a directory, or one on the way to it, in words. Undefined if nobody can, if the daemon
   * is not root, and for directories at or below one that IS_SHARED_DIRECTORIES names.
   */
  sharedWith(directory: string): string | undefined
  /** Refuses what `remove` would refuse; PROTECTED_PATH. Removes nothing. */
  refuseRemoval(path: string): Promise<void>
  /** Removes what is at a path, a directory with all it holds; false when nothing is there. PROTECTED_PATH, REMOVE_FAILED. */
  remove(path: string): Promise<boolean>
  /**
   * Runs a command to its end. COMMAND_NOT_RUN when it could not be started;
   * INTERRUPTED when the signal stopped it. COMMAND_LEFT.
   */
  run(command: Command, output: OutputListener, signal: AbortSignal): Promise<CommandResult>
  /** COMMAND_LEFT if {@link run} would refuse the command, because that of a daemon which has died still runs. */
  refuseLeft(command: Command): void
  /** The same as `run` for a command that is no part of an operation; it may run beside others. */
  runBeside(command: Command, output: OutputListener, signal: AbortSignal): Promise<CommandResult>
  /**
   * For a command that calls apt or dpkg: waits until nobody else has their locks, and completes an interrupted dpkg.
   * The listener hears of both. PACKAGES_BUSY, INTERRUPTED.
   */
  readyPackages(command: Command, listener: CommandListener, signal: AbortSignal): Promise<void>
  /** The kernel's id of this boot: another one after every reboot. CONFIG if it can't be read. */
  bootId(): Promise<string>
  /** The paths of the programs that are to be run around `up`, or for an event, in their order; HOOK_FAILED when they can't be listed. */
  hooks(stage: HookStage): Promise<readonly string[]>
  /** Runs the command that reboots the machine, as {@link run} does; the machine goes down some time after it. */
  reboot(output: OutputListener, signal: AbortSignal): Promise<CommandResult>
}

export interface InstallReport {
  /** What is not as recorded and a person should know: for example, an owner that has another number here. */
  readonly remarks: readonly string[]
}
