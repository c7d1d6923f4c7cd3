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
  /** Descriptors that are being let go. */
  #closing = 0
  /** Wait until one of those awake is not in use, or has let its descriptor go. */
  readonly #waiting: (() => void)[] = []

  constructor(awakeMax: number) {
    this.#awakeMax = awakeMax
  }

  /** A file that rests while others are used. `again` opens what stands at `path` once more. */
  keep(path: string, open: OpenFile, again: () => Promise<OpenFile>): DiskFile {
    const file: RestingFile = new RestingFile(path, open, again, {
      room: () => this.#room(),
      used: () => this.#used(file),
      idle: () => this.#waiting.shift()?.(),
      held: () => this.#awake.delete(file),
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
    this.#restTo(this.#awakeMax)
  }

  /** Waits while so many are in use: whoever looks at all branches at once takes them in turn. */
  async #room(): Promise<void> {
    while (!this.#restTo(this.#awakeMax - 1) || this.#awake.size + this.#closing >= this.#awakeMax)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Whether no more than that are awake, after those that can have been put to rest. */
  #restTo(count: number): boolean {
    for (const one of this.#awake) {
      if (this.#awake.size <= count) return true
      const closed = one.rest()
      if (closed === undefined) continue
      this.#awake.delete(one)
      this.#closing += 1
      void closed.then(() => {
        this.#closing -= 1
        this.#waiting.shift()?.()
      })
    }
    return this.#awake.size <= count
  }

  #forget(path: string, file: RestingFile): void {
    this.#awake.delete(file)
    this.#waiting.shift()?.()
    const files = this.#filesByPath.get(path)
    files?.delete(file)
    if (files?.size === 0) this.#filesByPath.delete(path)
  }
}

interface Pool {
  /** Waits until one more may be awake. */
  readonly room: () => Promise<void>
  readonly used: () => void
  readonly idle: () => void
  readonly held: () => void
  readonly closed: () => void
}

class RestingFile implements DiskFile {
  readonly #path: string
  /** Undefined while it rests. */
  #file: Promise<OpenFile> | undefined
  /** Known once it has rested. */
  #identity: Promise<string> | undefined
  readonly #again: () => Promise<OpenFile>
  readonly #pool: Pool
  #users = 0
  #isHeld = false

  constructor(path: string, file: OpenFile, again: () => Promise<OpenFile>, pool: Pool) {
    this.#path = path
    this.#file = Promise.resolve(file)
    this.#again = again
    this.#pool = pool
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
    this.#pool.closed()
    const file = this.#file
    this.#file = undefined
    await (await file)?.close()
  }

  async hold(): Promise<void> {
    this.#isHeld = true
    this.#pool.held()
    // Of what is gone no other file is taken for it.
    await this.#use(async () => undefined).catch(() => undefined)
  }

  /** Lets the descriptor go, unless it is in use: undefined then. What was written and not synced stays so. */
  rest(): Promise<void> | undefined {
    if (this.#users > 0 || this.#isHeld) return undefined
    const file = this.#file
    this.#file = undefined
    this.#identity ??= file?.then((one) => one.identity())
    // Whoever uses it next hears of a failure.
    return Promise.all([file, this.#identity]).then(
      ([one]) => one?.close().catch(() => undefined),
      () => undefined,
    )
  }

  async #open(): Promise<OpenFile> {
    // It is awake before it is open, so that no more are opened at once.
    if (!this.#isHeld) {
      await this.#pool.room()
      this.#pool.used()
    }
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
      if (!this.#isHeld) this.#pool.used()
      return await work(file)
    } finally {
      this.#users -= 1
      if (this.#users === 0) this.#pool.idle()
    }
  }
}
