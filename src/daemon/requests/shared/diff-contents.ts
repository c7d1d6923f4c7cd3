/** The contents of files that differ, as far as a person reads them line by line. */
import { type BlobRef, operationName, parseOperationKey, toIsconfError } from '../../../base/index.ts'
import type { DiffPath } from '../../../control/index.ts'
import type { Difference, Machine } from '../../../machine/index.ts'
import type { BlobStore } from '../../../store/index.ts'
import type { RecordedAt } from '../../../verification/index.ts'

/** A path that differs; on the side of the machine there is no operation. */
export interface Differing {
  readonly path: string
  readonly before: RecordedAt | undefined
  readonly after: RecordedAt | undefined
  readonly differences: readonly Difference[]
}

interface ContentDeps {
  readonly machine: Machine
  readonly store: Pick<BlobStore, 'has' | 'readWhole'>
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
}

/** Nobody reads a longer file line by line. */
const contentBytesMax = 1024 * 1024

/** What can't be given, and why. */
class NotGiven extends Error {}

export class Contents {
  readonly #deps: ContentDeps
  /** Whether the second side is this machine. */
  readonly #toMachine: boolean
  readonly #signal: AbortSignal

  constructor(deps: ContentDeps, toMachine: boolean, signal: AbortSignal) {
    this.#deps = deps
    this.#toMachine = toMachine
    this.#signal = signal
  }

  /** The path as it is told. */
  async of({ path, before, after, differences }: Differing): Promise<DiffPath> {
    this.#signal.throwIfAborted()
    const told = { path, from: nameOf(before), to: nameOf(after), differences }
    const differs = differences.some(({ what }) => what === 'content' || what === 'missing' || what === 'present')
    if (!differs) return { ...told, content: null, why: null }
    try {
      const from = await this.#recorded(before)
      const isGone = differences.some(({ what }) => what === 'missing')
      const to = isGone ? null : this.#toMachine ? await this.#here(path) : await this.#recorded(after)
      const content = { from: encoded(from), to: encoded(to) }
      return { ...told, content: from === null && to === null ? null : content, why: null }
    } catch (thrown) {
      const { code, message } = toIsconfError(thrown)
      if (!(thrown instanceof NotGiven) && !['BLOB_MISSING', 'FILE_UNREADABLE', 'FILE_CHANGED'].includes(code))
        throw thrown
      return { ...told, content: null, why: thrown instanceof NotGiven ? thrown.message : message }
    }
  }

  async #recorded(at: RecordedAt | undefined): Promise<Buffer | null> {
    if (at?.operation.kind !== 'file') return null
    const { blob } = at.operation
    refuseLong(blob.sizeBytes)
    if (!this.#deps.store.has(blob.id)) await this.#deps.fetchBlob(blob, this.#signal)
    return gathered(this.#deps.store.readWhole(blob.id))
  }

  async #here(path: string): Promise<Buffer | null> {
    const state = await this.#deps.machine.stateOf(path)
    if (state?.kind !== 'file') return null
    const inspection = await this.#deps.machine.inspect(path)
    const [entry] = inspection.entries
    if (entry?.kind !== 'file') return null
    refuseLong(entry.sizeBytes)
    return gathered(inspection.read(entry))
  }
}

function nameOf(at: RecordedAt | undefined): string | null {
  if (at?.key === undefined) return null
  const { id, index } = parseOperationKey(at.key)
  return operationName(id, index)
}

function refuseLong(sizeBytes: number): void {
  if (sizeBytes > contentBytesMax)
    throw new NotGiven(`a file of ${sizeBytes} bytes, more than are compared line by line`)
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

function encoded(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64')
}
