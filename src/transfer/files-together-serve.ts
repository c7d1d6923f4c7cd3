/** Answers questions for many small files. */
import type { BlobSource, Clock } from '../base/index.ts'
import { type PeerId, StreamReader, type Transport } from '../mesh/index.ts'
import { blobAnswerHeadBytes, encodeAnswerHead } from './blob-protocol.ts'
import { Slots } from './blob-slots.ts'
import { filesProtocol, filesQuestionSchema } from './files-together.ts'
import { pack } from './packing.ts'
import { PeerWriter } from './peer-writer.ts'

/** Where each has to be asked for, these go in one question. */
const readAtOnce = 32
const requestBytesMax = 64 * 1024
/** How many bytes are collected before they are written. */
const writeBytes = 256 * 1024
/** How many answers are under way at once: to all peers, and to one. */
const [answersMax, answersPerPeerMax] = [4, 1]

/** Answers every peer's questions for files of `source`. */
export function serveFilesTogether(transport: Pick<Transport, 'handle'>, source: BlobSource, clock: Clock): void {
  const slots = new Slots<PeerId>(answersMax, answersPerPeerMax)
  transport.handle(filesProtocol, async (stream) => {
    const asked = await new StreamReader(stream.incoming).frame(requestBytesMax)
    const files = filesQuestionSchema.parse(JSON.parse(Buffer.from(asked ?? []).toString('utf8')))
    const writer = new PeerWriter(stream, clock)
    await writer.inTurn(slots, () => send(writer, source, files))
  })
}

async function send(
  writer: PeerWriter,
  source: BlobSource,
  files: readonly { readonly id: string; readonly sizeBytes: number }[],
): Promise<void> {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    await writer.write(bytes)
  }
  for (let at = 0; at < files.length; at += readAtOnce) {
    const group = files.slice(at, at + readAtOnce)
    const contents = await Promise.all(
      group.map(({ id, sizeBytes }) => source.read(id, 0, sizeBytes).catch(() => undefined)),
    )
    for (const [index, { sizeBytes }] of group.entries()) {
      const content = contents[index]
      const part = content?.length === sizeBytes ? pack(content) : undefined
      waiting.push(encodeAnswerHead(part && { length: part.bytes.length, isPacked: part.isPacked }))
      if (part !== undefined) waiting.push(part.bytes)
      waitingBytes += blobAnswerHeadBytes + (part?.bytes.length ?? 0)
      if (waitingBytes >= writeBytes) await flush()
    }
  }
  await flush()
}
