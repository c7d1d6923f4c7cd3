/**
 * In what this host differs from its journal: operations that were
 * skipped here, or that it had done before they became void, and what was done
 * here and is in no journal. Each stays until a person says on record that it
 * was set right by hand, or until the host is built anew.
 */
import * as z from 'zod'
import {
  type ChangesetId,
  type Disk,
  goodLines,
  IsconfError,
  operationName,
  parseOperationKey,
  sha256Hex,
  unreachable,
  writing,
} from '../base/index.ts'
import type { History } from './history.ts'
import { type OperationRef, operationKey, toKey } from './history-entry.ts'

const deviationSchema = z.object({
  /**
   * `failed`: a command of `exec` or `revert` that did not end well, `undone`: taken out of the work and still here,
   * `dropped`: given up with all the work. These are in no journal.
   */
  kind: z.enum(['skipped', 'did-void', 'failed', 'undone', 'dropped']),
  /** Of what is in no journal, {@link unrecordedKey}. */
  operation: operationKey,
  /** The operation in words. */
  text: z.string(),
  /** `user@host` of who decided it or did it, why it is so, and when, for people. */
  by: z.string(),
  why: z.string(),
  time: z.string(),
})

export type Deviation = Readonly<z.infer<typeof deviationSchema>>

/** A name, in the form of those of operations, for what is in no journal; the same for the same `text`. */
export function unrecordedKey(text: string): string {
  return toKey({ id: sha256Hex(text) as ChangesetId, index: 0 })
}

export class Deviations {
  readonly #disk: Disk
  readonly #path: string
  #all: readonly Deviation[]
  /** Of what is under way: a deviation only when it does not end well, or this process does not see its end. */
  #begun: string | undefined

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

  /** The lines that can be used of a damaged file. */
  static readable(bytes: Uint8Array): string {
    return goodLines(bytes, (line) => deviationOf(line) !== undefined)
  }

  /** The oldest first. */
  get all(): readonly Deviation[] {
    return this.#begun === undefined ? this.#all : this.#all.filter(({ operation }) => operation !== this.#begun)
  }

  /** The one of an operation's key, also while that is under way. */
  of(key: string): Deviation | undefined {
    return this.#all.find(({ operation }) => operation === key)
  }

  /** Notes one before what makes it so begins; it counts from {@link settle} on, or from the next start. */
  async begin(deviation: Deviation): Promise<void> {
    await this.add(deviation)
    this.#begun = deviation.operation
  }

  /** Of what was begun: how it is in the end, undefined when this host does not differ in it. */
  async settle(key: string, deviation: Deviation | undefined): Promise<void> {
    try {
      await this.#write([...this.#all.filter(({ operation }) => operation !== key), ...(deviation ? [deviation] : [])])
    } finally {
      // What could not be written stays as it was begun.
      this.#begun = undefined
    }
  }

  /** Notes one, in place of what was noted of its operation; on disk when it returns. */
  async add(deviation: Deviation): Promise<void> {
    await this.#write([...this.#all.filter(({ operation }) => operation !== deviation.operation), deviation])
  }

  /** Takes one back; on disk when it returns. */
  async remove(operation: OperationRef): Promise<void> {
    await this.removeAll([toKey(operation)])
  }

  /** Takes those of some keys back, where there are any; on disk when it returns. */
  async removeAll(keys: readonly string[]): Promise<void> {
    const left = this.#all.filter(({ operation }) => !keys.includes(operation))
    if (left.length < this.#all.length) await this.#write(left)
  }

  /** The one of the operation that a person names. NOT_SKIPPED when there is none, or more than one. */
  named(name: string): Deviation {
    const [, prefix = '', index] = /^([0-9a-f]{4,64})(?::(\d{1,9}))?$/.exec(name) ?? []
    const those = this.all.filter(({ operation }) => {
      const ref = parseOperationKey(operation)
      return prefix !== '' && ref.id.startsWith(prefix) && (index === undefined || ref.index === Number(index))
    })
    const [one] = those
    if (one && those.length === 1) return one
    const what = those.length > 1 ? `more than one operation in which this host differs begins with ${name}` : undefined
    throw new IsconfError(
      'NOT_SKIPPED',
      what ?? `${name} is not an operation in which this host differs${this.#known()}`,
    )
  }

  #known(): string {
    return this.all.length === 0 ? ': there is none' : `: ${this.all.map(nameOf).join(', ')}`
  }

  async #write(all: readonly Deviation[]): Promise<void> {
    await writing(
      () => this.#disk.replaceFile(this.#path, all.map((one) => `${JSON.stringify(one)}\n`).join('')),
      () => {
        this.#all = all
      },
    )
  }
}

/** A deviation in a sentence. */
export function deviationText(host: string, deviation: Deviation): string {
  return `${host} differs from its journal: ${howText(deviation)} at ${deviation.time}: ${deviation.why}`
}

function howText(deviation: Deviation): string {
  const { kind, text, by } = deviation
  const what = `${nameOf(deviation)} (${text})`
  switch (kind) {
    case 'skipped':
      return `${by} skipped ${what}`
    case 'did-void':
      return `it had done ${what} before ${by} made it void`
    case 'failed':
      return `${by} ran ${what}, which was not recorded,`
    case 'undone':
      return `${by} took ${what} out of the work`
    case 'dropped':
      return `${by} gave up ${what}`
    default:
      return unreachable(kind)
  }
}

/** The name by which a person calls it. */
export function nameOf({ operation }: Pick<Deviation, 'operation'>): string {
  const { id, index } = parseOperationKey(operation)
  return operationName(id, index)
}

function parse(bytes: Uint8Array, path: string): readonly Deviation[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1)
  return lines.map((line, index) => {
    const deviation = deviationOf(line)
    if (deviation) return deviation
    throw new IsconfError('STATE_DAMAGED', `${path}: line ${index + 1} does not say in what this host differs`)
  })
}

function deviationOf(line: string): Deviation | undefined {
  try {
    return deviationSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
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
