/**
 * Files that were opened to be written and are kept open for long, as every branch keeps its journal: only those that
 * were used last have a descriptor, for a process may have few. Another one is opened again when it is used; a file that
 * gets another name, or whose name another one gets, is kept open from then on.
 */
import type { DiskFile } from './disk.ts'
import { IsconfError } from './isconf-error.ts'

/** A file of the disk, with what tells it from any other. */
export interface OpenFile extends DiskFile {
  identity(): Promise<string>
}

export class RestingFiles {
  readonly #awakeMax: number
  /** Those with a descriptor, the one that was used longest ago first. */
  readonly #awake = new Set<RestingFile>()
  readonly #filesByPath = new Map<string, Set<RestingFile>>()

  constructor(awakeMax: number) {
    this.#awakeMax = awakeMax
  }

  /** A file that rests while others are used. `again` opens what stands at `path` once more. */
  keep(path: string, open: OpenFile, again: () => Promise<OpenFile>): DiskFile {
    const file: RestingFile = new RestingFile(path, open, again, {
      used: () => this.#used(file),
      closed: () => this.#forget(path, file),
    })
    this.#filesByPath.set(path, (this.#filesByPath.get(path) ?? new Set()).add(file))
    this.#used(file)
    return file
  }

  /** What is open of these paths stays open: the names are about to change. */
  async hold(...paths: readonly string[]): Promise<void> {
    for (const path of paths) for (const file of this.#filesByPath.get(path) ?? []) await file.hold()
  }

  #used(file: RestingFile): void {
    this.#awake.delete(file)
    this.#awake.add(file)
    let tooMany = this.#awake.size - this.#awakeMax
    for (const one of this.#awake) {
      if (tooMany <= 0) return
      if (!one.rest()) continue
      this.#awake.delete(one)
      tooMany -= 1
    }
  }

  #forget(path: string, file: RestingFile): void {
    this.#awake.delete(file)
    const files = this.#filesByPath.get(path)
    files?.delete(file)
    if (files?.size === 0) this.#filesByPath.delete(path)
  }
}

interface Heard {
  readonly used: () => void
  readonly closed: () => void
}

class RestingFile implements DiskFile {
  readonly #path: string
  /** Undefined while it rests. */
  #file: Promise<OpenFile> | undefined
  /** Known once it has rested. */
  #identity: Promise<string> | undefined
  readonly #again: () => Promise<OpenFile>
  readonly #heard: Heard
  #users = 0
  #isHeld = false

  constructor(path: string, file: OpenFile, again: () => Promise<OpenFile>, heard: Heard) {
    this.#path = path
    this.#file = Promise.resolve(file)
    this.#again = again
    this.#heard = heard
  }

  size(): Promise<number> {
    return this.#use((file) => file.size())
  }

  stamp(): Promise<string> {
    return this.#use((file) => file.stamp())
  }

  read(position: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    return this.#use((file) => file.read(position, length, into))
  }

  write(position: number, bytes: Uint8Array): Promise<void> {
    return this.#use((file) => file.write(position, bytes))
  }

  truncate(size: number): Promise<void> {
    return this.#use((file) => file.truncate(size))
  }

  sync(): Promise<void> {
    return this.#use((file) => file.sync())
  }

  async close(): Promise<void> {
    this.#heard.closed()
    const file = this.#file
    this.#file = undefined
    await (await file)?.close()
  }

  async hold(): Promise<void> {
    this.#isHeld = true
    // Of what is gone no other file is taken for it.
    await this.#use(async () => undefined).catch(() => undefined)
  }

  /** Lets the descriptor go unless it is in use; whether it has none then. What was written and not synced stays so. */
  rest(): boolean {
    if (this.#users > 0 || this.#isHeld) return false
    const file = this.#file
    this.#file = undefined
    this.#identity ??= file?.then((one) => one.identity())
    // Whoever uses it next hears of a failure.
    Promise.all([file, this.#identity])
      .then(([one]) => one?.close())
      .catch(() => undefined)
    return true
  }

  async #open(): Promise<OpenFile> {
    const file = await this.#again()
    if ((await file.identity()) === (await this.#identity)) return file
    await file.close()
    throw new IsconfError('DISK_FAILED', `cannot open ${this.#path}: another file was put in its place`)
  }

  async #use<T>(work: (file: OpenFile) => Promise<T>): Promise<T> {
    this.#users += 1
    try {
      this.#file ??= this.#open()
      const file = await this.#file.catch((error: unknown) => {
        this.#file = undefined
        throw error
      })
      this.#heard.used()
      return await work(file)
    } finally {
      this.#users -= 1
    }
  }
}
