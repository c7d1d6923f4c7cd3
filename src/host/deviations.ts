/**
 * In what this host is not what its journal makes: operations that were
 * skipped here. Each stays until a person says on record that what was
 * missing was done by hand, or until the host is built anew.
 */
import * as z from 'zod'
import { type Disk, IsconfError, operationName } from '../base/index.ts'
import { type OperationRef, operationKey, parseOperationKey, toKey } from './history-entry.ts'

const deviationSchema = z.object({
  kind: z.enum(['skipped']),
  operation: operationKey,
  /** The operation in words. */
  text: z.string(),
  /** `user@host` of who decided it, why, and when, for people. */
  by: z.string(),
  why: z.string(),
  time: z.string(),
})

export type Deviation = Readonly<z.infer<typeof deviationSchema>>

export class Deviations {
  readonly #disk: Disk
  readonly #path: string
  #all: readonly Deviation[]

  private constructor(disk: Disk, path: string, all: readonly Deviation[]) {
    this.#disk = disk
    this.#path = path
    this.#all = all
  }

  /** Reads what was noted. STATE_DAMAGED. */
  static async open(disk: Disk, path: string): Promise<Deviations> {
    const bytes = await disk.readFile(path)
    return new Deviations(disk, path, bytes ? parse(bytes, path) : [])
  }

  /** The oldest first. */
  get all(): readonly Deviation[] {
    return this.#all
  }

  /** Notes one, in place of what was noted of its operation; on disk when it returns. */
  async add(deviation: Deviation): Promise<void> {
    await this.#write([...this.#all.filter(({ operation }) => operation !== deviation.operation), deviation])
  }

  /** Takes one back; on disk when it returns. */
  async remove(operation: OperationRef): Promise<void> {
    const key = toKey(operation)
    await this.#write(this.#all.filter((one) => one.operation !== key))
  }

  /** The one of the operation that a person names. NOT_SKIPPED when there is none, or more than one. */
  named(name: string): Deviation {
    const [, prefix = '', index] = /^([0-9a-f]{4,64})(?::(\d{1,9}))?$/.exec(name) ?? []
    const those = this.#all.filter(({ operation }) => {
      const ref = parseOperationKey(operation)
      return prefix !== '' && ref.id.startsWith(prefix) && (index === undefined || ref.index === Number(index))
    })
    const [one] = those
    if (one && those.length === 1) return one
    const what = those.length > 1 ? `more than one operation that was skipped here begins with ${name}` : undefined
    throw new IsconfError('NOT_SKIPPED', what ?? `${name} is no operation that was skipped here${this.#known()}`)
  }

  #known(): string {
    return this.#all.length === 0 ? ': none was' : `: ${this.#all.map(nameOf).join(', ')}`
  }

  async #write(all: readonly Deviation[]): Promise<void> {
    await this.#disk.replaceFile(this.#path, all.map((one) => `${JSON.stringify(one)}\n`).join(''))
    this.#all = all
  }
}

/** A deviation in a sentence. */
export function deviationText(host: string, deviation: Deviation): string {
  const { text, by, why, time } = deviation
  return `${host} is not what its journal makes: ${by} skipped ${nameOf(deviation)} (${text}) at ${time}: ${why}`
}

function nameOf({ operation }: Deviation): string {
  const { id, index } = parseOperationKey(operation)
  return operationName(id, index)
}

function parse(bytes: Uint8Array, path: string): readonly Deviation[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1)
  return lines.map((line, index) => {
    try {
      return deviationSchema.parse(JSON.parse(line))
    } catch {
      throw new IsconfError('STATE_DAMAGED', `${path}: line ${index + 1} does not say what was skipped here`)
    }
  })
}
