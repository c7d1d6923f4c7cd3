/**
 * The daemon's files, as the network process serves them: it asks for them, is handed them open, and reads them itself,
 * so that what is served does not go through the daemon.
 */
import { close, fstat, read } from 'node:fs'
import { promisify } from 'node:util'
import { type BlobSource, type Clock, type HeldPieces, pieceBytes, pieceListOfSmall } from '../base/index.ts'
import { bitAt, Slots } from '../transfer/index.ts'
import type { HandedOver } from './handed-over.ts'
import { type FileWanted, type FromNetwork, openFilesMax, type ToNetwork } from './messages.ts'

/** Questions under way at once; more wait. The daemon takes twice as many. */
const questionsMax = 64
/** A file that is whole and of which a piece was read is read on from the same descriptor for so long, and then asked for again: it may be another one. */
const keptMs = 2_000
/** Kept so, at once. */
const keptMax = 64

interface RootFilesDeps {
  readonly send: (message: FromNetwork) => void
  readonly handedOver: HandedOver
  readonly clock: Clock
}

type Answer = ToNetwork & { readonly type: 'held' | 'files' }

export class RootFiles implements BlobSource {
  readonly #deps: RootFilesDeps
  readonly #answers = new Map<number, (answer: Answer) => void>()
  readonly #slots = new Slots<'daemon'>(questionsMax, questionsMax)
  readonly #keptById = new Map<string, OpenFile>()
  /** What is asked for together, in the next moment. */
  #waiting: Waiting[] = []
  #lastAsk = 0

  constructor(deps: RootFilesDeps) {
    this.#deps = deps
  }

  /** The daemon has answered. */
  hear(answer: Answer): void {
    this.#answers.get(answer.ask)?.(answer)
    this.#answers.delete(answer.ask)
  }

  async held(id: string): Promise<HeldPieces | undefined> {
    const { pieces, bits } = (await this.#ask((ask) => ({ type: 'held', ask, file: id }))) as Answer & { type: 'held' }
    if (pieces === undefined) return undefined
    const held = bits === undefined ? undefined : Buffer.from(bits, 'base64')
    return { count: pieces, has: (index) => held === undefined || bitAt(held, index) }
  }

  async pieceHashes(id: string): Promise<Uint8Array | undefined> {
    const list = await this.#open({ file: id, position: 0, length: 0, isList: true })
    if (list !== undefined) return list.using(async () => list.read(0, await list.size()))
    // A file of one piece has none; it follows from its id.
    const file = await this.#open({ file: id, position: 0, length: 0, isList: false })
    return file?.using(async () => {
      const sizeBytes = await file.size()
      return sizeBytes > pieceBytes ? undefined : pieceListOfSmall(id, sizeBytes)
    })
  }

  async read(id: string, position: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    const wanted = { file: id, position, length, isList: false }
    const file = this.#keptById.get(id) ?? (await this.#open(wanted))
    if (file === undefined) throw new Error(`file ${id} is not here`)
    return file.using(() => file.read(position, length, into))
  }

  #open(wanted: FileWanted): Promise<OpenFile | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<OpenFile | undefined>()
    if (this.#waiting.length === 0) queueMicrotask(() => this.#openWaiting())
    this.#waiting.push({ wanted, resolve, reject })
    return promise
  }

  #openWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += openFilesMax) {
      const together = waiting.slice(at, at + openFilesMax)
      this.#openTogether(together).catch((error: Error) => {
        for (const { reject } of together) reject(error)
      })
    }
  }

  async #openTogether(waiting: readonly Waiting[]): Promise<void> {
    const files = waiting.map(({ wanted }) => wanted)
    const { ask, found } = (await this.#ask((ask) => ({ type: 'files', ask, files }))) as Answer & { type: 'files' }
    const descriptors = [...this.#deps.handedOver.of(ask)]
    for (const [index, { wanted, resolve }] of waiting.entries()) {
      const descriptor = found[index] === 'missing' ? undefined : descriptors.shift()
      const file = descriptor === undefined ? undefined : new OpenFile(descriptor)
      if (file !== undefined && found[index] === 'whole' && wanted.length === pieceBytes) this.#keep(wanted.file, file)
      resolve(file)
    }
  }

  #keep(id: string, file: OpenFile): void {
    if (this.#keptById.has(id) || this.#keptById.size >= keptMax) return
    this.#keptById.set(id, file)
    file.hold()
    this.#deps.clock.after(keptMs, () => {
      this.#keptById.delete(id)
      file.release()
    })
  }

  async #ask(question: (ask: number) => FromNetwork): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    await this.#slots.run('daemon', async () => {
      this.#lastAsk += 1
      this.#answers.set(this.#lastAsk, resolve)
      this.#deps.send(question(this.#lastAsk))
      await promise
    })
    return promise
  }
}

interface Waiting {
  readonly wanted: FileWanted
  resolve(file: OpenFile | undefined): void
  reject(error: Error): void
}

const [readAsync, fstatAsync] = [promisify(read), promisify(fstat)]

/** A file that was handed over, closed when its last user is done. */
class OpenFile {
  readonly #descriptor: number
  #users = 0

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  async size(): Promise<number> {
    return (await fstatAsync(this.#descriptor)).size
  }

  async read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array> {
    const into = memory ?? Buffer.allocUnsafeSlow(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await readAsync(this.#descriptor, into, done, length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return into.subarray(0, done)
  }

  async using<T>(work: () => Promise<T>): Promise<T> {
    this.hold()
    try {
      return await work()
    } finally {
      this.release()
    }
  }

  hold(): void {
    this.#users += 1
  }

  release(): void {
    this.#users -= 1
    if (this.#users === 0) close(this.#descriptor, () => undefined)
  }
}
