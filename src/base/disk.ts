/** How a file is opened; `keep` is `write` for one that stays open for long and rests meanwhile: it may have no descriptor. */
export type FileAccess = 'read' | 'write' | 'keep'

/**
 * The files below IS_HOME, as the journal, the history and the store need
 * them. Real in production; in the simulated world a crash loses or tears
 * whatever was not synced.
 *
 * Failures: DISK_FULL, HOME_UNWRITABLE, DISK_FAILED: nothing was changed. DISK_UNCERTAIN: the change of names was made,
 * and a power failure may undo it, for the disk did not say that it is kept.
 */
export interface Disk {
  /** The whole file; undefined when there is none. */
  readFile(path: string): Promise<Uint8Array | undefined>
  /** Puts a whole file in place at once, durably, readable by its owner only. */
  replaceFile(path: string, content: Uint8Array | string): Promise<void>
  /**
   * Puts several whole files in place, each at once; with few waits for the disk. Durable when it returns; after a
   * failure, or a crash on the way, each is as it was or as it should be.
   */
  replaceFiles(files: readonly WholeFile[]): Promise<void>
  /** Opens for reading, or for writing (made when absent, kept when present). NO_SUCH_FILE when absent and reading. */
  open(path: string, access: FileAccess): Promise<DiskFile>
  /** Durable when it returns. */
  rename(from: string, to: string): Promise<void>
  /** Durable when it returns. No failure when there is none. */
  remove(path: string): Promise<void>
  /** Names in a directory, sorted; none when it is absent. */
  list(directory: string): Promise<readonly string[]>
  /**
   * Makes directories and their missing parents, open to their owner only. Durable when it returns, and so is whatever
   * is found in and above those that are there: a process that was killed may have made it and not synced it.
   */
  makeDirectory(...directories: readonly string[]): Promise<void>
}

export interface WholeFile {
  readonly path: string
  readonly content: Uint8Array | string
}

/** An open file of a {@link Disk}. */
export interface DiskFile {
  /** The number under which the kernel knows it, until it is closed; none where there is no kernel. */
  readonly descriptor?: number | undefined
  size(): Promise<number>
  /** Which file it is, and when it was changed last, as the kernel keeps it: another text after every change by anybody. */
  stamp(): Promise<string>
  /** Up to `length` bytes from `position`; fewer only at the end of the file. They may be in `into`, which has room for them. */
  read(position: number, length: number, into?: Uint8Array): Promise<Uint8Array>
  write(position: number, bytes: Uint8Array): Promise<void>
  truncate(size: number): Promise<void>
  /** What was written survives a power failure when this returns. */
  sync(): Promise<void>
  close(): Promise<void>
}
