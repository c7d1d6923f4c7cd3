/** Answers what the network process wants to know of the files here, and hands them over, open to be read. */
import type { HeldPieces, OpenableBlobs, OpenBlob } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import { encodeBits } from '../transfer/index.ts'
import type { FileWanted, Found, FromNetwork, ToNetwork } from './messages.ts'
import { WireError } from './wire.ts'

/** What of this host's files is served. */
export interface ServedFiles {
  readonly source: OpenableBlobs
  /** Hears of each peer that asks what is here of a file. */
  readonly onAsked: (file: string, peer: PeerId) => void
}

/** Hands open files over, under a number; throws when they can't be sent. */
export type HandOver = (number: number, descriptors: readonly number[]) => void

/** Questions that are not answered yet: the network process asks fewer at once. */
const questionsMax = 128
/** Pieces of a file that is not whole, as many as a message has room for. */
const piecesMax = 1024 * 1024

export class FileAnswers {
  readonly #served: ServedFiles | undefined
  readonly #handOver: HandOver | undefined
  readonly #send: (message: ToNetwork) => void
  #underWay = 0

  /** Without `handOver` there is nobody who may ask. */
  constructor(served: ServedFiles | undefined, handOver: HandOver | undefined, send: (message: ToNetwork) => void) {
    this.#served = served
    this.#handOver = handOver
    this.#send = send
  }

  askedFor({ file, peer }: FromNetwork & { readonly type: 'file asked for' }): void {
    this.#served?.onAsked(file, peer)
  }

  /** WireError when that may not be asked. */
  held({ ask, file }: FromNetwork & { readonly type: 'held' }): void {
    this.#answer(async ({ source }) => {
      const held = await source.held(file).catch(() => undefined)
      this.#send({ type: 'held', ask, ...(held !== undefined && piecesOf(held)) })
    })
  }

  /** WireError when that may not be asked. */
  files({ ask, files }: FromNetwork & { readonly type: 'files' }): void {
    this.#answer(async ({ source }, handOver) => {
      const opened = await Promise.all(files.map((wanted) => open(source, wanted).catch(() => undefined)))
      const sent = opened.filter((one) => one !== undefined).filter(({ file }) => file.descriptor !== undefined)
      let isSent = sent.length > 0
      try {
        if (isSent)
          handOver(
            ask,
            sent.map(({ file }) => file.descriptor as number),
          )
      } catch {
        // The other side does not take them at the moment.
        isSent = false
      } finally {
        await Promise.allSettled(opened.map((one) => one?.file.close()))
      }
      const found = opened.map((one): Found => {
        if (!isSent || one === undefined || !sent.includes(one)) return 'missing'
        return one.isWhole ? 'whole' : 'part'
      })
      this.#send({ type: 'files', ask, found })
    })
  }

  #answer(work: (served: ServedFiles, handOver: HandOver) => Promise<void>): void {
    const [served, handOver] = [this.#served, this.#handOver]
    if (served === undefined || handOver === undefined) throw new WireError('a question for files')
    if (this.#underWay >= questionsMax) throw new WireError('too many questions for files')
    this.#underWay += 1
    work(served, handOver)
      .catch(() => undefined)
      .finally(() => {
        this.#underWay -= 1
      })
  }
}

async function open(source: OpenableBlobs, wanted: FileWanted): Promise<OpenBlob | undefined> {
  if (!wanted.isList) return source.openToServe(wanted.file, wanted.position, wanted.length)
  const file = await source.openPieceHashes(wanted.file)
  return file && { file, isWhole: false }
}

function piecesOf({ count, has }: HeldPieces): { readonly pieces?: number; readonly bits?: string } {
  const bits = (): string => Buffer.from(encodeBits(count, has)).toString('base64')
  for (let index = 0; index < count; index++)
    if (!has(index)) return count > piecesMax ? {} : { pieces: count, bits: bits() }
  return { pieces: count }
}
