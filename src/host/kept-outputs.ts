/**
 * What operations wrote on this host: the end of it, of the newest ones, for who asks later. A help and no record: what
 * can't be read is not there.
 */
import * as z from 'zod'
import { type Clock, type Disk, isoTime } from '../base/index.ts'
import { type OperationRef, operationKey, toKey } from './history-entry.ts'

/** With the longest of them 32 MiB, and seldom a hundredth of it. */
const keptMax = 200

const keptSchema = z.object({
  operation: operationKey,
  time: z.string(),
  stdout: z.string(),
  stderr: z.string(),
  /** How many bytes came before what is kept. */
  cutBytes: z.object({ stdout: z.int().nonnegative(), stderr: z.int().nonnegative() }),
})

export type KeptOutput = z.infer<typeof keptSchema>

interface KeptFile {
  readonly number: number
  readonly name: string
}

/** `NUMBER-ID.INDEX`: the larger number is the newer one. */
const namePattern = /^(\d{10})-([0-9a-f]{64})\.(\d{1,9})$/

export class KeptOutputs {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #directory: string
  /** The oldest first. */
  #files: KeptFile[]

  private constructor(disk: Disk, clock: Clock, directory: string, files: KeptFile[]) {
    this.#disk = disk
    this.#clock = clock
    this.#directory = directory
    this.#files = files
  }

  static async open(disk: Disk, clock: Clock, directory: string): Promise<KeptOutputs> {
    const names = await disk.list(directory)
    const files = names
      .filter((name) => namePattern.test(name))
      .map((name) => ({ number: Number(name.slice(0, 10)), name }))
    return new KeptOutputs(disk, clock, directory, files)
  }

  /** Keeps the end of what an operation wrote, in place of what it wrote before, and forgets the oldest. */
  async keep(operation: OperationRef, output: Omit<KeptOutput, 'operation' | 'time'>): Promise<void> {
    const key = toKey(operation)
    await this.#write(key, { operation: key, time: isoTime(this.#clock), ...output })
  }

  /** Gives what is kept under one name another one; where nothing is, nothing is done. */
  async rename(from: string, to: OperationRef): Promise<void> {
    const kept = await this.named(from)
    if (!kept) return
    await this.#write(toKey(to), { ...kept, operation: toKey(to) })
    await this.forget(from)
  }

  /** Forgets what an operation wrote, by its whole name. */
  async forget(operation: string): Promise<void> {
    const those = this.#files.filter(({ name }) => name.endsWith(suffixOf(operation)))
    this.#files = this.#files.filter((one) => !those.includes(one))
    await this.#removeAll(those)
  }

  /** The whole name of the newest whose name a person shortened: `PREFIX:INDEX`, or `PREFIX` alone. */
  keyLike(name: string): string | undefined {
    const [, prefix, index] = /^([0-9a-f]{4,64})(?::(\d{1,9}))?$/.exec(name) ?? []
    if (prefix === undefined) return undefined
    for (const file of this.#files.toReversed()) {
      const [, , id = '', at] = namePattern.exec(file.name) ?? []
      if (id.startsWith(prefix) && (index === undefined || index === at)) return `${id}:${at}`
    }
    return undefined
  }

  /** What an operation, by its whole name, wrote when it was run last, or the newest of all; undefined when nothing of it is kept. */
  async named(operation: string | undefined): Promise<KeptOutput | undefined> {
    const suffix = operation === undefined ? '' : suffixOf(operation)
    const file = this.#files.findLast(({ name }) => name.endsWith(suffix))
    if (!file) return undefined
    const bytes = await this.#disk.readFile(`${this.#directory}/${file.name}`)
    try {
      return keptSchema.parse(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')))
    } catch {
      return undefined
    }
  }

  /** Forgets all of them. */
  static async forgetAll(disk: Disk, directory: string): Promise<void> {
    for (const name of await disk.list(directory)) await disk.remove(`${directory}/${name}`)
  }

  async #write(key: string, kept: KeptOutput): Promise<void> {
    const suffix = suffixOf(key)
    const number = (this.#files.at(-1)?.number ?? 0) + 1
    const name = `${String(number).padStart(10, '0')}${suffix}`
    await this.#disk.makeDirectory(this.#directory)
    const path = `${this.#directory}/${name}`
    const file = await this.#disk.open(path, 'write')
    try {
      // Nobody waits for the disk: after a power failure it may be torn, and is then not there.
      await file.write(0, Buffer.from(`${JSON.stringify(kept)}\n`))
    } finally {
      await file.close()
    }
    const older = this.#files.filter((one) => one.name.endsWith(suffix))
    const rest = [...this.#files.filter((one) => !older.includes(one)), { number, name }]
    const oldest = rest.slice(0, Math.max(0, rest.length - keptMax))
    this.#files = rest.slice(oldest.length)
    await this.#removeAll([...older, ...oldest])
  }

  async #removeAll(files: readonly KeptFile[]): Promise<void> {
    for (const { name } of files) await this.#disk.remove(`${this.#directory}/${name}`)
  }
}

function suffixOf(key: string): string {
  return `-${key.replace(':', '.')}`
}
