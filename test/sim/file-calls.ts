/**
 * The calls of a file system in memory that keeps what was synced and nothing else: names in a directory are kept when
 * the directory was synced, and what is in a file when the file was. Each call that changes or syncs something has a
 * number, and can fail as disks do, or be the last of its process.
 */
import { constants } from 'node:os'
import { basename, dirname } from 'node:path'
import type { FileCalls, OpenedFile } from '../../src/base/file-calls.io.ts'
import type { Random } from '../../src/base/index.ts'
import { PowerFailure, type UnsyncedFate } from './disk.ts'

/** What comes of one call: an error, a part of a write and then an error, or the end of the process before or after it. */
export type Fault = 'ENOSPC' | 'EIO' | 'EROFS' | 'short' | 'dies before' | 'dies after'

interface File {
  kind: 'file'
  bytes: Uint8Array
  durable: Uint8Array
}

interface Directory {
  kind: 'directory'
  names: Map<string, Node>
  durable: Map<string, Node>
}

type Node = File | Directory

/** What a hole in a file is made of: a part of what is written at once reaches the disk, another does not. */
const pageBytes = 32

export class SimFileCalls implements FileCalls {
  readonly #root: Directory
  readonly #random: Random
  #isDead = false
  /** Hears that the process has ended at a call. */
  onDeath: () => void = () => undefined
  /** Calls so far that changed or synced something. */
  count = 0
  /** What each of them was. */
  readonly made: string[] = []
  /** The call that goes wrong, and those after it when `forAll`. */
  fault: { readonly at: number; readonly kind: Fault; readonly forAll?: boolean } | undefined

  constructor(random: Random, root: Directory = directoryOf(new Map())) {
    this.#random = random
    this.#root = root
  }

  /** A disk of its own with the same on it, all durable. */
  copy(random: Random): SimFileCalls {
    return new SimFileCalls(random, this.#left(this.#root, 'kept') as Directory)
  }

  /** The process is killed: what it wrote is there, and no more durable than it was. */
  afterKill(): SimFileCalls {
    this.#isDead = true
    return new SimFileCalls(this.#random, this.#root)
  }

  /** The power is lost, and with it what was not synced: all of it, nothing, or what chance has it. */
  afterPowerCut(fate: UnsyncedFate): SimFileCalls {
    this.#isDead = true
    return new SimFileCalls(this.#random, this.#left(this.#root, fate) as Directory)
  }

  async open(path: string, flags: string): Promise<OpenedFile> {
    const found = this.#find(path)
    if (found && flags.includes('x')) throw errno('EEXIST', path)
    if (!found && flags.startsWith('r')) throw errno('ENOENT', path)
    if (found?.kind === 'directory') return this.#openedDirectory(path, found)
    if (found && flags !== 'w') return this.#opened(path, found)
    const file = found ?? { kind: 'file', bytes: new Uint8Array(), durable: new Uint8Array() }
    const parent = this.#parent(path)
    await this.#call(`open ${path}`, () => {
      file.bytes = new Uint8Array()
      parent.names.set(basename(path), file)
    })
    return this.#opened(path, file)
  }

  async mkdir(path: string): Promise<void> {
    if (path === '/' || this.#find(path)) throw errno('EEXIST', path)
    const parent = this.#parent(path)
    await this.#call(`mkdir ${path}`, () => {
      parent.names.set(basename(path), directoryOf(new Map()))
    })
  }

  async readdir(path: string): Promise<string[]> {
    this.#refuseDead()
    const found = this.#find(path)
    if (found?.kind !== 'directory') throw errno('ENOENT', path)
    return [...found.names.keys()]
  }

  async readFile(path: string): Promise<Uint8Array> {
    this.#refuseDead()
    const found = this.#find(path)
    if (found?.kind !== 'file') throw errno('ENOENT', path)
    return found.bytes.slice()
  }

  async rename(from: string, to: string): Promise<void> {
    const found = this.#find(from)
    if (!found) throw errno('ENOENT', from)
    const [source, target] = [this.#parent(from), this.#parent(to)]
    await this.#call(`rename ${from} ${to}`, () => {
      source.names.delete(basename(from))
      target.names.set(basename(to), found)
    })
  }

  async unlink(path: string): Promise<void> {
    if (!this.#find(path)) throw errno('ENOENT', path)
    const parent = this.#parent(path)
    await this.#call(`unlink ${path}`, () => {
      parent.names.delete(basename(path))
    })
  }

  #openedDirectory(path: string, directory: Directory): OpenedFile {
    return {
      ...unused(path),
      sync: () =>
        this.#call(`sync ${path}`, () => {
          directory.durable = new Map(directory.names)
        }),
    }
  }

  #opened(path: string, file: File): OpenedFile {
    let isClosed = false
    const refuseClosed = (): void => {
      if (isClosed) throw errno('EBADF', path)
    }
    const sync = (): Promise<void> =>
      this.#call(`sync ${path}`, () => {
        file.durable = file.bytes
      })
    const write = async (bytes: Uint8Array, from: number, length: number, position: number): Promise<object> => {
      const put = (count: number): void => {
        const next = new Uint8Array(Math.max(file.bytes.length, position + count))
        next.set(file.bytes)
        next.set(bytes.subarray(from, from + count), position)
        file.bytes = next
      }
      refuseClosed()
      const half = (): void => put(Math.floor(length / 2))
      await this.#call(`write ${path}`, () => put(length), half)
      return { bytesWritten: length, buffer: bytes }
    }
    const read = async (into: Uint8Array, at: number, length: number, position: number): Promise<object> => {
      this.#refuseDead()
      refuseClosed()
      const found = file.bytes.subarray(position, position + length)
      into.set(found, at)
      return { bytesRead: found.length, buffer: into }
    }
    const truncate = (size = 0): Promise<void> =>
      this.#call(`truncate ${path}`, () => {
        const next = new Uint8Array(size)
        next.set(file.bytes.subarray(0, size))
        file.bytes = next
      })
    const close = async (): Promise<void> => {
      isClosed = true
    }
    const stat = async (): Promise<object> => ({ size: file.bytes.length })
    return {
      ...unused(path),
      ...({ write, read, stat, sync, datasync: sync, truncate, close } as unknown as OpenedFile),
    }
  }

  /** A call that changes something, and by its number may go wrong. */
  async #call(what: string, change: () => void, half: () => void = () => undefined): Promise<void> {
    this.#refuseDead()
    await Promise.resolve()
    this.#refuseDead()
    this.count += 1
    this.made.push(what)
    const { fault } = this
    const isFaulty = fault && (fault.at === this.count || (fault.forAll === true && this.count > fault.at))
    if (!isFaulty) return change()
    if (fault.kind === 'short') half()
    if (fault.kind === 'dies after') change()
    if (fault.kind.startsWith('dies')) {
      this.#isDead = true
      this.onDeath()
      throw new PowerFailure('the process was killed')
    }
    throw errno(fault.kind === 'EIO' || fault.kind === 'EROFS' ? fault.kind : 'ENOSPC', what)
  }

  #left(node: Node, fate: UnsyncedFate): Node {
    if (node.kind === 'file') {
      const bytes = fate === 'kept' ? node.bytes : fate === 'lost' ? node.durable : this.#torn(node)
      return { kind: 'file', bytes, durable: bytes }
    }
    const names = new Map<string, Node>()
    for (const name of new Set([...node.durable.keys(), ...node.names.keys()])) {
      const isSeen = fate === 'kept' || (fate === 'chance' && this.#random.below(2) === 0)
      const found = (isSeen ? node.names : node.durable).get(name)
      if (found) names.set(name, this.#left(found, fate))
    }
    return directoryOf(names)
  }

  /** The length may be there before what is written: then it reads as zeros, a page here and a page there. */
  #torn({ bytes, durable }: File): Uint8Array {
    const luck = this.#random.below(4)
    if (luck === 0) return durable
    if (luck === 1) return bytes.slice(0, Math.max(durable.length, this.#random.below(bytes.length + 1)))
    const torn = bytes.slice()
    for (let at = 0; at < torn.length; at += pageBytes) {
      const page = torn.subarray(at, at + pageBytes)
      if (this.#random.below(2) === 0) for (const index of page.keys()) page[index] = durable[at + index] ?? 0
    }
    return torn
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of path.split('/').filter((part) => part !== '')) {
      node = node?.kind === 'directory' ? node.names.get(name) : undefined
    }
    return node
  }

  #parent(path: string): Directory {
    const parent = this.#find(dirname(path))
    if (parent?.kind !== 'directory') throw errno('ENOENT', path)
    return parent
  }

  #refuseDead(): void {
    if (this.#isDead) throw new PowerFailure('the power is off')
  }
}

function directoryOf(names: Map<string, Node>): Directory {
  return { kind: 'directory', names, durable: new Map(names) }
}

const close = async (): Promise<void> => undefined

/** What is not asked of an open directory, or of a file in these tests. */
function unused(path: string): OpenedFile {
  const refuse = async (): Promise<never> => {
    throw errno('EISDIR', path)
  }
  const ignore = async (): Promise<void> => undefined
  const none = { read: refuse, write: refuse, stat: refuse, truncate: refuse, datasync: refuse, sync: refuse }
  return { ...none, chmod: ignore, close } as unknown as OpenedFile
}

function errno(code: keyof typeof constants.errno, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, errno: -constants.errno[code] })
}
