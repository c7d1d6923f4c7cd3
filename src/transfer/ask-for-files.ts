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
  const open = addresses !== undefined || isBulk(bytesOf(files)) ? 'openFileStream' : 'openStream'
  const first = frameOf(Buffer.from(JSON.stringify(files)))
  const stream = await transport[open](peer, filesProtocol, { signal, first, addresses })
  await stream.closeWrite()
  return new PeerFiles(stream)
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
