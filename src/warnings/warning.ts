/** Warnings about operations that do not replay: what a row of the table is, and what it may look at. */
import type { ExecOperation, FileOperation, Operation } from '../journal/index.ts'
import type { Invocation } from './invocations.ts'

/** What is likely to go differently where an operation is replayed. */
export interface Warning {
  /** The row of the table that it comes from. */
  readonly row: string
  /** What happens at replay. */
  readonly text: string
  /** What to type instead. */
  readonly instead: string
}

/** What is at a path of this host; a symbolic link is not followed. */
export interface PathFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  readonly links: number
  /** When it was changed or replaced last, in ms since 1970. */
  readonly changedMs: number
}

/** Something that is mounted. */
export interface MountFacts {
  readonly place: string
  /** Of its file system: `ext4`, `nfs4`. */
  readonly type: string
}

/** What a row may ask of this host. Paths are the journal's. */
export interface HostFacts {
  /** Undefined when nothing is there. */
  look(path: string): Promise<PathFacts | undefined>
  /** A small file's text; undefined when there is none, or it is not small. */
  text(path: string): Promise<string | undefined>
  /** The names in a directory; none when there is no such directory. */
  list(path: string): Promise<readonly string[]>
  /** What a tar archive holds; undefined when it can't be listed. */
  archive(path: string): Promise<readonly ArchiveMember[] | undefined>
  /** What is mounted, without the kernel's own file systems. */
  mounts(): Promise<readonly MountFacts[]>
}

export interface ArchiveMember {
  readonly path: string
  readonly mode: number
  readonly kind: 'file' | 'directory' | 'other'
}

/** The surroundings of an operation when a row looks at it. */
export interface Around {
  /** All that was done since the lock, in order, this operation among it. */
  readonly work: readonly Operation[]
  readonly host: HostFacts
  /** When the command began, in ms since 1970; undefined if that is no longer known. */
  readonly begunMs?: number | undefined
  /** What every command gets, without the variables that were recorded with one. */
  readonly environment: Readonly<Record<string, string>>
  /** The text of the file of an operation; empty if it is long. */
  readonly content: (operation: FileOperation) => Promise<string>
  /** Whether an operation before this one, of the journal or of the work, makes or names this path. */
  readonly isBrought: (path: string) => Promise<boolean>
  /** Whether a command before this one, of the journal or of the work, mounts something at this place. */
  readonly mounts: (place: string) => Promise<boolean>
  /** The file that an earlier operation had at this path with other content; undefined if there is none. */
  readonly before: (path: string) => Promise<FileOperation | undefined>
}

type Found = string | boolean | undefined

interface RowText {
  /** Its name, in messages and in `--json`. */
  readonly id: string
  /** What happens at replay; for a row that finds something, with what it found. */
  readonly says: string | ((found: string) => string)
  readonly instead: string | ((found: string) => string)
}

/** A row about commands. */
export interface CommandRow extends RowText {
  /** The names of the programs that it is about; every program if absent. */
  readonly programs?: readonly string[]
  /** Set if the row asks what is there before the command runs; `ci` gets that from `exec`. */
  readonly looksBefore?: true
  /** Whether the command does not replay; a string says more about that. */
  readonly finds: (invocation: Invocation, around: Around, operation: ExecOperation) => Found | Promise<Found>
  /** Commands that must be warned about, and others that must not. */
  readonly flagged: readonly Example[]
  readonly silent: readonly Example[]
}

/** A row about files that were snapped. */
export interface FileRow extends RowText {
  readonly findsFile: (operation: FileOperation, around: Around) => Found | Promise<Found>
  readonly flagged: readonly FileExample[]
  readonly silent: readonly FileExample[]
}

export type Row = CommandRow | FileRow

/** A command for the shell, and what this host is to look like. */
export type Example = string | ({ readonly line: string; readonly cwd?: string } & ExampleHost)

export interface ExampleHost {
  /**
   * Files by their path: their text. A directory ends in a slash, a link is `-> TARGET`; `=2` has two names, and
   * `=new` was made by the command.
   */
  readonly files?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  /** Paths that operations of the journal or the work bring. */
  readonly brought?: readonly string[]
  /** Paths of which the journal had another content before. */
  readonly changed?: readonly string[]
  /** What is mounted: the type of the file system, by the place. */
  readonly mounts?: Readonly<Record<string, string>>
  /** Places at which commands of the journal or the work mount something. */
  readonly mounted?: readonly string[]
  /** What was snapped by the same work. */
  readonly snapped?: readonly string[]
  readonly archive?: readonly ArchiveMember[]
}

export interface FileExample extends ExampleHost {
  readonly path: string
  readonly content?: string
  readonly mode?: number
  readonly uid?: number
  readonly user?: string
}
