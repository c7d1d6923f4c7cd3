/** What a verb of isconf is, and what it is handed. */
import type { ErrorCode } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import type { Client, EventListener, LeaveAnswer } from '../control/index.ts'
import * as terminal from '../terminal/index.ts'
import type { flags } from './flags.ts'

interface OfIsconf {
  /** Set for a verb that must work when the configuration is wrong: it must not look at `config` or `client`. */
  readonly withoutConfig?: true
}

export type Verb = terminal.Verb<VerbContext> & OfIsconf

export const { verb, action } = terminal.declaring<VerbContext, OfIsconf>()

/** The flags before the verb. */
export type Flags = terminal.Typed<typeof flags, Readonly<Record<never, never>>>

/** What the process hands in. */
export interface Surroundings {
  readonly terminal: terminal.Terminal
  /** The person at the keyboard, also behind sudo. */
  readonly user: string
  /** Empty if the directory is gone; a verb that asks its context for it then fails. */
  readonly cwd: string
  /** A variable of the caller; undefined when it is not set. */
  readonly variable: (name: string) => string | undefined
  readonly release: string
  /** Starts a process that runs `isconf daemon` and waits for its word. */
  readonly spawnDaemon: (flags: Flags, home: string) => Promise<SpawnedDaemon>
  /** Runs the daemon in this process. */
  readonly runDaemon: (configPath: string | undefined) => Promise<void>
  /** Removes this host's identity, as `isconf seal` does. */
  readonly sealHome: (configPath: string | undefined) => Promise<void>
  /** Records that this is still the same host, although its machine has another id now. */
  readonly noteSameHost: (configPath: string | undefined) => Promise<void>
  /** Sets aside what this host has of a domain, when no daemon is running. */
  readonly leaveHome: (configPath: string | undefined, user: string, domain: string) => Promise<LeaveAnswer>
  /** All of standard input, which may not be longer than this. FILE_UNREADABLE. */
  readonly input: (bytesMax: number) => Promise<Uint8Array>
  /** Whether somebody gives text on standard input: a file from its beginning, or a pipe with something in it. */
  readonly hasInput: () => Promise<boolean>
  /** Hears of Ctrl-C and SIGTERM. */
  readonly onInterrupt: (listener: () => void) => void
  readonly isAlive: (pid: number) => boolean
  /** Whether this process was started by that one, or by what that one started. */
  readonly isBelow: (pid: number) => boolean
  readonly sleep: (delayMs: number) => Promise<void>
  /** The files that a person names for this process itself to read or write; the daemon reads its own. */
  readonly files: CallerFiles
}

/** Files as the caller may reach them. */
export interface CallerFiles {
  /** The bytes and the mode of a regular file of at most `bytesMax`; undefined when there is none. FILE_UNREADABLE. */
  read(path: string, bytesMax: number): Promise<CallerFile | undefined>
  /** Puts a whole file in place at once, durably, with this mode. FILE_UNWRITABLE, and what was there is untouched. */
  replace(path: string, content: Uint8Array, mode: number): Promise<void>
}

export interface CallerFile {
  readonly bytes: Uint8Array
  readonly mode: number
}

export type SpawnedDaemon =
  | { readonly ready: true; readonly pid: number }
  | { readonly ready: false; readonly code: ErrorCode; readonly error: string; readonly exit: number }

export interface VerbContext extends Surroundings {
  readonly flags: Flags
  readonly config: Config
  readonly client: Client
  /** Says on standard error what was done; -q silences it. */
  readonly say: (text: string) => void
  /** Shows what the daemon tells while it works; goes on when nobody reads it any more. */
  readonly show: EventListener
  /** The same for what is asked for only to be read. */
  readonly copy: EventListener
}
