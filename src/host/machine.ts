/**
 * The only hands that touch the machine: they read a file that is snapped,
 * put a file in place, and run a command. Paths are the journal's; IS_VOLROOT
 * is the machine's own affair.
 */

/** A file's attributes as they are recorded and put back. */
export interface FileAttributes {
  readonly path: string
  /** Permission bits, setuid, setgid and sticky among them. */
  readonly mode: number
  readonly owner: FileOwner
  readonly mtimeMs: number
  /** Every parent directory from the top down. */
  readonly parents: readonly DirectoryAttributes[]
}

export interface FileOwner {
  readonly uid: number
  readonly gid: number
  /** Names, empty where there is none. */
  readonly user: string
  readonly group: string
}

export interface DirectoryAttributes {
  readonly path: string
  readonly mode: number
  readonly owner: FileOwner
}

/** A regular file opened for a snapshot. */
export interface FileReader {
  readonly attributes: FileAttributes
  readonly sizeBytes: number
  /** The bytes; FILE_CHANGED at the end when the file changed while it was read. */
  readonly content: AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** A command, as an operation records it. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Variables beyond those that every command gets. */
  readonly env: Readonly<Record<string, string>>
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

export interface Machine {
  /** The journal's path for a path as the caller in `cwd` means it. OUTSIDE_VOLROOT. */
  journalPath(path: string, cwd: string): string
  /** Opens a regular file. NO_SUCH_FILE, NOT_A_FILE, FILE_UNREADABLE. */
  openFile(path: string): Promise<FileReader>
  /**
   * Puts a file in place: writes it beside its target while checking its
   * hash, sets everything, syncs, renames. BLOB_MISMATCH or any failure
   * leaves the target as it was.
   */
  installFile(attributes: FileAttributes, content: AsyncIterable<Uint8Array>, sha256: string): Promise<InstallReport>
  /**
   * Runs a command to its end. COMMAND_NOT_RUN when it could not be started;
   * INTERRUPTED when the signal stopped it.
   */
  run(command: Command, output: OutputListener, signal: AbortSignal): Promise<CommandResult>
}

export interface InstallReport {
  /** What is not as recorded and a person should know: an owner that has another number here. */
  readonly remarks: readonly string[]
}
