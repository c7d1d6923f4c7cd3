/** Asks one peer for many small files with one question, and gives them in their order. */
import type { BlobRef, Clock } from '../base/index.ts'
import { type FileTransport, frameOf, type PeerStream, StreamReader } from '../mesh/index.ts'
import { blobAnswerHeadBytes, bytesOf, decodeAnswerHead, isBulk } from './blob-protocol.ts'
import type { FetchingTransport, FilesAsked, FilesStream } from './fetching.ts'
import { filesProtocol } from './files-together.ts'
import type { LanePeer } from './lane-types.ts'
import { unpack } from './packing.ts'
import { StallWatch } from './stall-watch.ts'

/**
 * Each file, of the size that it should have, or undefined that the peer does not have it. Whether the bytes are right
 * is for the caller to see. `onBytes` hears each time that as much has come as is useful. Throws when the peer breaks off, stalls, or sends what is no answer.
 */
export async function* askForFiles(
  transport: FetchingTransport,
  clock: Clock,
  { peer, addresses }: LanePeer,
  refs: readonly Pick<BlobRef, 'id' | 'sizeBytes'>[],
  onBytes: () => void = () => undefined,
): AsyncGenerator<Uint8Array | undefined> {
  const end = new AbortController()
  let stream: FilesStream | undefined
  const abort = (reason: Error): void => {
    end.abort(reason)
    stream?.abort(reason)
  }
  const watch = new StallWatch(clock, transport.fetching, () => abort(new Error(`${peer} stalled`)))
  // On a slow line one file takes longer than any silence.
  const onPart = (bytes: number): void => {
    if (watch.came(bytes)) onBytes()
  }
  let isWhole = false
  try {
    const asked = { peer, addresses, files: refs.map(({ id, sizeBytes }) => ({ id, sizeBytes })) }
    stream = await (transport.fetching
      ? transport.fetching.openFiles(asked, end.signal)
      : openPeerFiles(transport, asked, end.signal))
    end.signal.throwIfAborted()
    for (const { sizeBytes } of refs) {
      const content = await stream.next(sizeBytes, onPart)
      // Time that goes into what is done with it is not the peer's.
      watch.pause()
      yield content
      watch.touch()
    }
    isWhole = true
  } finally {
    watch.pause()
    if (!isWhole) abort(new Error('nothing more is wanted'))
  }
}

async function openPeerFiles(transport: FileTransport, asked: FilesAsked, signal: AbortSignal): Promise<FilesStream> {
  const { peer, addresses, files } = asked
  if (addresses === undefined && !isBulk(bytesOf(files))) {
    const stream = await transport.openStream(peer, filesProtocol, { signal, first: questionFor(files) })
    return read(stream)
  }
  // What is asked depends on the connection, so the question can't go with the word that opens the stream.
  const open = () => transport.openFileStream(peer, filesProtocol, { signal, addresses })
  const stream = await open()
  return stream.sharesLink === true ? new FilesInGroups(files, stream, open) : askOn(stream, files)
}

function questionFor(files: FilesAsked['files']): Uint8Array {
  return frameOf(Buffer.from(JSON.stringify(files)))
}

async function askOn(stream: PeerStream, files: FilesAsked['files']): Promise<FilesStream> {
  await stream.write(questionFor(files))
  return read(stream)
}

async function read(stream: PeerStream): Promise<FilesStream> {
  await stream.closeWrite()
  return new PeerFiles(stream)
}

/**
 * Files that come on the link: few at a time, because questions wait behind what is on its way. Those that would be too
 * much are left out; each is asked for by itself, in portions.
 */
class FilesInGroups implements FilesStream {
  readonly #waiting: FilesAsked['files'][number][]
  readonly #open: () => Promise<PeerStream>
  /** Opened, and not asked on yet. */
  #stream: PeerStream | undefined
  #group: FilesStream | undefined
  /** Of the group. */
  #leftCount = 0

  constructor(files: FilesAsked['files'], stream: PeerStream, open: () => Promise<PeerStream>) {
    this.#waiting = files.filter(({ sizeBytes }) => !isBulk(sizeBytes))
    this.#stream = stream
    this.#open = open
    if (this.#waiting.length === 0) stream.abort(new Error('nothing is asked for'))
  }

  async next(sizeBytes: number, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    if (isBulk(sizeBytes)) return undefined
    if (this.#leftCount === 0) await this.#askMore()
    this.#leftCount -= 1
    return this.#group?.next(sizeBytes, onPart)
  }

  abort(reason: Error): void {
    this.#stream?.abort(reason)
    this.#group?.abort(reason)
  }

  async #askMore(): Promise<void> {
    let count = 1
    while (count < this.#waiting.length && !isBulk(bytesOf(this.#waiting.slice(0, count + 1)))) count += 1
    const stream = this.#stream ?? (await this.#open())
    this.#stream = undefined
    this.#leftCount = count
    this.#group = await askOn(stream, this.#waiting.splice(0, count))
  }
}

class PeerFiles implements FilesStream {
  readonly #stream: PeerStream
  readonly #reader: StreamReader

  constructor(stream: PeerStream) {
    this.#stream = stream
    this.#reader = new StreamReader(stream.incoming)
  }

  async next(sizeBytes: number, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    const head = decodeAnswerHead(await this.#reader.exactly(blobAnswerHeadBytes))
    if (head === undefined) return undefined
    if (head.isPacked ? head.length >= sizeBytes : head.length !== sizeBytes) throw new Error('a file of another size')
    // Its own memory: it is kept longer than the chunk that it arrived in.
    const bytes = new Uint8Array(head.length)
    await this.#reader.fill(bytes, onPart)
    return head.isPacked ? unpack(bytes, sizeBytes) : bytes
  }

  abort(reason: Error): void {
    this.#stream.abort(reason)
  }
}
