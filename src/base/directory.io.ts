/** An open directory, through whose descriptor its entries are reached: by node:fs, which has no openat(2). */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** O_PATH of linux/fcntl.h, which Node does not name: to read a directory is not needed for going through it. */
export const openPath = 0o10000000
const enterFlags = openPath | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** What keeps a directory open. */
export interface OpenedDirectory {
  readonly fd: number
  stat(): Promise<Stats>
  stat(options: { readonly bigint: true }): Promise<BigIntStats>
  close(): Promise<void>
}

/** Opens a directory. Fails as node:fs does. */
export type OpenDirectory = (path: string | Buffer, flags: number) => Promise<OpenedDirectory>

/** By Node's threads: a disk that does not answer holds up nothing else in the process. */
export const openByThreads: OpenDirectory = (path, flags) => open(path, flags)

/** At once, for a command that does one thing: to load node:fs/promises and to start its threads takes longer. */
export const openAtOnce: OpenDirectory = async (path, flags) => {
  const fd = openSync(path, flags)
  const stat = async (options = {}): Promise<never> => fstatSync(fd, options) as never
  return { fd, stat, close: async () => closeSync(fd) }
}

/** An open directory. */
export class Directory {
  /** Where it was when it was opened, on this machine; no part of it is a link. */
  readonly path: string
  readonly handle: OpenedDirectory
  /** Undefined for the root of the walk. */
  readonly above: Directory | undefined
  readonly #reach: string
  readonly #open: OpenDirectory

  constructor(
    path: string,
    handle: OpenedDirectory,
    above: Directory | undefined,
    { hasProc, open }: { readonly hasProc: boolean; readonly open: OpenDirectory },
  ) {
    this.#open = open
    this.path = path
    this.handle = handle
    this.above = above
    this.#reach = hasProc ? `/proc/self/fd/${handle.fd}` : path
  }

  /** A path to an entry of it for node:fs, wherever the directory is by now. */
  at(name: string): string {
    return `${this.#reach}/${name}`
  }

  /** The same for a name that may not be UTF-8. */
  atBytes(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.#reach}/`), name])
  }

  /** A path to itself. */
  get self(): string {
    return `${this.#reach}/.`
  }

  /** Opens a directory in it; who asks closes its handle. Fails as node:fs does, for a link with ENOTDIR. */
  async enter(name: string | Buffer): Promise<Directory> {
    const path = typeof name === 'string' ? this.at(name) : this.atBytes(name)
    const handle = await this.#open(path, enterFlags)
    const how = { hasProc: this.#reach !== this.path, open: this.#open }
    return new Directory(join(this.path, name.toString()), handle, this, how)
  }
}

/** What is called `name` in a directory, whether it is there or not. */
export class Entry {
  readonly directory: Directory
  readonly name: string

  constructor(directory: Directory, name: string) {
    this.directory = directory
    this.name = name
  }

  /** A path to it for node:fs. */
  get at(): string {
    return this.directory.at(this.name)
  }

  /** Where it is on this machine, for people. */
  get path(): string {
    return join(this.directory.path, this.name)
  }
}
