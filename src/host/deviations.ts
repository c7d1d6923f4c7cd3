/**
 * In what this host is not what its journal makes: operations that were
 * skipped here, or that it had done before they became void. Each stays until
 * a person says on record that it was set right by hand, or until the host is
 * built anew.
 */
import * as z from 'zod'
import { type Disk, IsconfError, operationName, parseOperationKey } from '../base/index.ts'
import type { History } from './history.ts'
import { type OperationRef, operationKey, toKey } from './history-entry.ts'

const deviationSchema = z.object({
  kind: z.enum(['skipped', 'did-void']),
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
    const what = those.length > 1 ? `more than one operation in which this host differs begins with ${name}` : undefined
    throw new IsconfError('NOT_SKIPPED', what ?? `${name} is no operation in which this host differs${this.#known()}`)
  }

  #known(): string {
    return this.#all.length === 0 ? ': there is none' : `: ${this.#all.map(nameOf).join(', ')}`
  }

  async #write(all: readonly Deviation[]): Promise<void> {
    await this.#disk.replaceFile(this.#path, all.map((one) => `${JSON.stringify(one)}\n`).join(''))
    this.#all = all
  }
}

/** A deviation in a sentence. */
export function deviationText(host: string, deviation: Deviation): string {
  const { text, by, why, time } = deviation
  const what = `${nameOf(deviation)} (${text})`
  const how = deviation.kind === 'skipped' ? `${by} skipped ${what}` : `it had done ${what} before ${by} made it void`
  return `${host} is not what its journal makes: ${how} at ${time}: ${why}`
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
      throw new IsconfError('STATE_DAMAGED', `${path}: line ${index + 1} does not say in what this host differs`)
    }
  })
}

/** An operation that has become void, as the operation that says so has it. */
export interface NowVoid extends Pick<Deviation, 'text' | 'by' | 'why' | 'time'> {
  readonly operation: OperationRef
  /** Whether something of it may be here although the history does not say so. */
  readonly mayBeHere: boolean
}

/** Notes for each whether this host had done it; one that was skipped is no deviation any more. */
export async function noteVoid(history: History, deviations: Deviations, voided: NowVoid): Promise<void> {
  const { operation, mayBeHere, ...told } = voided
  if (mayBeHere || (await history.hasDone(operation))) {
    await deviations.add({ kind: 'did-void', operation: toKey(operation), ...told })
  } else await deviations.remove(operation)
}
