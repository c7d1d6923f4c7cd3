/**
 * A disk in memory that fails as disks do. What it may lose in a crash:
 * anything written since the last `sync` of the file (each write whole, in
 * part from its start, or not at all, whichever the order), and a change of
 * names whose call had not returned. What was synced stays as it was.
 */
import { dirname } from 'node:path'
import {
  type Disk,
  type DiskFile,
  type FileAccess,
  IsconfError,
  type Random,
  type WholeFile,
} from '../../src/base/index.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** What a crash does to writes that were not synced. */
export type UnsyncedFate = 'chance' | 'kept' | 'lost'

/** A change that no sync has covered, with what is needed to undo it. */
interface Unsynced {
  readonly position: number
  /** What was written; undefined when the file was cut or stretched to `position`. */
  readonly bytes: Uint8Array | undefined
  readonly before: { readonly size: number; readonly bytes: Uint8Array }
}

interface SimFile {
  readonly content: GrowingBytes
  unsynced: Unsynced[]
  /** Another one after each change. */
  stamp: number
}

let stamps = 0
const fileOf = (bytes: Uint8Array): SimFile => ({
  content: new GrowingBytes(bytes),
  unsynced: [],
  stamp: ++stamps,
})

type Names = Map<string, SimFile>

export class PowerFailure extends Error {
  override readonly name = 'PowerFailure'
}

export class SimDisk implements Disk {
  readonly #random: Random
  readonly #directories: Set<string>
  readonly #files: Names
  /** The names as each change under way would leave them, oldest first; the first is the durable state. */
  #namings: Names[]
  #dead = false
  /** Every write fails with DISK_FULL, after any part of it. */
  full = false
  /** The power fails in the middle of the write that exceeds this many bytes. */
  bytesUntilPowerFailure = Number.POSITIVE_INFINITY
  writes = 0
  syncs = 0
  bytesWritten = 0

  constructor(random: Random, directories: Iterable<string> = ['/'], files: Names = new Map()) {
    this.#random = random
    this.#directories = new Set(directories)
    this.#files = files
    this.#namings = [new Map(files)]
  }

  /** The power fails: this disk answers nobody any more; the result is what the next start finds. */
  crash(fate: UnsyncedFate = 'chance'): SimDisk {
    this.#dead = true
    const last = this.#namings.length - 1
    const names =
      this.#namings[fate === 'kept' ? last : fate === 'lost' ? 0 : this.#random.below(last + 1)] ?? new Map()
    const found: Names = new Map()
    for (const [path, file] of names) {
      const content = this.#afterCrash(file, fate)
      found.set(path, fileOf(content))
    }
    return new SimDisk(this.#random, this.#directories, found)
  }

  #afterCrash(file: SimFile, fate: UnsyncedFate): Uint8Array {
    const content = new GrowingBytes(file.content.slice(0))
    if (fate === 'kept') return content.slice(0)
    for (const { position, before } of [...file.unsynced].reverse()) {
      content.write(Math.min(position, before.size), before.bytes)
      content.resize(before.size)
    }
    if (fate === 'lost') return content.slice(0)
    for (const { position, bytes } of file.unsynced) {
      const luck = this.#random.below(3)
      if (luck === 0) continue
      if (bytes === undefined) content.resize(position)
      else content.write(position, luck === 1 ? bytes : bytes.subarray(0, this.#random.below(bytes.length + 1)))
    }
    return content.slice(0)
  }

  /** A byte of a file is another one, without anybody having written it: as a disk that fails gives it. */
  rot(path: string, position: number, byte: number): void {
    this.#files.get(path)?.content.write(position, Uint8Array.of(byte))
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    await this.#step()
    return this.#files.get(path)?.content.slice(0)
  }

  async replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    await this.#step()
    this.#needDirectory(path)
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const { failure } = this.#take(path, bytes)
    if (failure !== undefined) throw failure
    await this.#rename(() => this.#files.set(path, fileOf(bytes)))
  }

  /** Of several files that are put in place together a crash may keep any. */
  async replaceFiles(files: readonly WholeFile[]): Promise<void> {
    await this.#step()
    const waiting = files.map(({ path, content }) => {
      this.#needDirectory(path)
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      const { failure } = this.#take(path, bytes)
      if (failure !== undefined) throw failure
      return { path, file: fileOf(bytes) }
    })
    while (waiting.length > 0) {
      const [one] = waiting.splice(this.#random.below(waiting.length), 1)
      if (one) this.#files.set(one.path, one.file)
      this.#namings.push(new Map(this.#files))
      await this.#step()
    }
    // All of them are synced at once.
    for (const _ of files) this.#namings.shift()
  }

  async open(path: string, access: FileAccess): Promise<DiskFile> {
    await this.#step()
    let file = this.#files.get(path)
    if (file === undefined) {
      if (access === 'read') throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
      this.#needDirectory(path)
      if (this.full) throw diskFull(path)
      const made = fileOf(new Uint8Array())
      file = made
      await this.#rename(() => this.#files.set(path, made))
    }
    return this.#handle(path, file, access)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step()
    const file = this.#files.get(from)
    if (file === undefined) throw new IsconfError('DISK_FAILED', `cannot rename ${from}: no such file or directory`)
    this.#needDirectory(to)
    await this.#rename(() => {
      this.#files.delete(from)
      this.#files.set(to, file)
    })
  }

  async remove(path: string): Promise<void> {
    await this.#step()
    await this.#rename(() => this.#files.delete(path))
  }

  async list(directory: string): Promise<readonly string[]> {
    await this.#step()
    const names = new Set<string>()
    for (const path of [...this.#files.keys(), ...this.#directories]) {
      if (path !== directory && dirname(path) === directory)
        names.add(path.slice(directory === '/' ? 1 : directory.length + 1))
    }
    return [...names].sort()
  }

  async makeDirectory(...directories: readonly string[]): Promise<void> {
    await this.#step()
    for (const directory of directories) {
      for (let path = directory; !this.#directories.has(path); path = dirname(path)) this.#directories.add(path)
    }
  }

  #handle(path: string, file: SimFile, access: FileAccess): DiskFile {
    const begin = async (): Promise<void> => {
      await this.#step()
      if (access === 'read') throw new IsconfError('DISK_FAILED', `cannot write ${path}: bad file descriptor`)
    }
    return {
      size: async () => {
        await this.#step()
        return file.content.size
      },
      stamp: async () => {
        await this.#step()
        return String(file.stamp)
      },
      read: async (position, length) => {
        await this.#step()
        return file.content.slice(position, position + length)
      },
      write: async (position, bytes) => {
        await begin()
        // Copied: the caller may use its buffer again, and a crash looks at what was written later.
        const { taken, failure } = this.#take(path, Uint8Array.from(bytes))
        const before = { size: file.content.size, bytes: file.content.slice(position, position + taken.length) }
        file.unsynced.push({ position, bytes: taken, before })
        file.content.write(position, taken)
        file.stamp = ++stamps
        if (failure !== undefined) throw failure
      },
      truncate: async (size) => {
        await begin()
        file.unsynced.push({
          position: size,
          bytes: undefined,
          before: { size: file.content.size, bytes: file.content.slice(size) },
        })
        file.content.resize(size)
        file.stamp = ++stamps
      },
      sync: async () => {
        // What is written while a sync is under way is not covered by it.
        const covered = file.unsynced.length
        await this.#step()
        this.syncs++
        file.unsynced.splice(0, covered)
      },
      close: () => this.#step(),
    }
  }

  /** Counts a write; what of it reaches the disk, and why no more did. */
  #take(path: string, bytes: Uint8Array): { taken: Uint8Array; failure?: Error } {
    this.writes++
    if (this.full && bytes.length > 0) {
      return { taken: bytes.subarray(0, this.#random.below(bytes.length)), failure: diskFull(path) }
    }
    if (bytes.length > this.bytesUntilPowerFailure) {
      this.#dead = true
      return { taken: bytes.subarray(0, this.bytesUntilPowerFailure), failure: new PowerFailure('the power failed') }
    }
    this.bytesUntilPowerFailure -= bytes.length
    this.bytesWritten += bytes.length
    return { taken: bytes }
  }

  async #rename(change: () => void): Promise<void> {
    change()
    this.#namings.push(new Map(this.#files))
    await this.#step()
    // Changes of names reach the disk in order: this one and those before it.
    this.#namings.shift()
  }

  /** Every call takes a turn, so that a crash can come between any two; a dead disk never answers well. */
  async #step(): Promise<void> {
    if (this.#dead) throw new PowerFailure('the power is off')
    await Promise.resolve()
    if (this.#dead) throw new PowerFailure('the power is off')
  }

  #needDirectory(path: string): void {
    if (this.#directories.has(dirname(path))) return
    throw new IsconfError('DISK_FAILED', `cannot open ${path}: no such file or directory`)
  }
}

function diskFull(path: string): IsconfError {
  return new IsconfError('DISK_FULL', `cannot write ${path}: no space left on device`)
}
