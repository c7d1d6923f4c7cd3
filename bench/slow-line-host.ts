/**
 * One of two hosts on a slow line. `serve ADDRESS` answers and sends a file without an end; `ask ADDRESS OTHER WAY` gets
 * it, by the method of the transport that WAY names, or pieces of a file on the `link`, as from a host that can't be
 * dialed, or long answers, `portions` or `whole`, and prints how long each of some questions took meanwhile.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.io.ts'
import { PieceMemory, pieceBytes } from '../src/base/index.ts'
import { answer, ask } from '../src/mesh/rpc.ts'
import type { PeerId } from '../src/mesh/transport.ts'
import { BlobLane, serveBlobs } from '../src/transfer/index.ts'
import { openMesh } from '../test/support/mesh.ts'

const [role = '', host = '', other = '', way = ''] = process.argv.slice(2)
const port = 7001
const [fileProtocol, longProtocol] = ['/isconf/bench-file/1', '/isconf/bench-long/1']
const questionProtocol = '/isconf/bench-question/1'
const longBytes = 8_000_000
const file = { id: 'ab'.repeat(32), sizeBytes: 64 * pieceBytes }
const transport = await openMesh({ host, port })

if (role === 'serve') {
  const limits = { requestBytesMax: 1024, concurrentPerPeerMax: 8 }
  answer(transport, questionProtocol, limits, async () => 'here')
  answer(transport, longProtocol, limits, async () => 'x'.repeat(longBytes))
  const random = randomBytes(2 * pieceBytes)
  const read = async (_id: string, position: number, length: number): Promise<Uint8Array> =>
    random.subarray(position % pieceBytes).subarray(0, length)
  serveBlobs(transport, { held: async () => undefined, pieceHashes: async () => undefined, read }, systemClock)
  transport.handle(fileProtocol, async (stream) => {
    for (;;) await stream.write(Buffer.alloc(256 * 1024))
  })
  console.log('ready')
} else {
  const peer = await transport.dial(`/ip4/${other}/tcp/${port}`)
  if (way === 'portions' || way === 'whole') void getAnswer(peer)
  else if (way === 'link') for (let lane = 0; lane < 2; lane += 1) void getPieces(peer)
  else await getFile(peer)
  for (let count = 0; count < 5; count += 1) {
    // As much on its way as there ever is.
    await pause(2_000)
    const beganMs = performance.now()
    await ask(transport, peer, questionProtocol, null, { timeoutMs: 60_000, clock: systemClock, answerBytesMax: 1024 })
    console.log(performance.now() - beganMs)
  }
  process.exit()
}

async function getFile(peer: PeerId): Promise<void> {
  const stream = await transport[way === 'openFileStream' ? way : 'openStream'](peer, fileProtocol)
  const reader = stream.incoming[Symbol.asyncIterator]()
  await reader.next()
  void (async () => {
    for (;;) await reader.next()
  })()
}

/** The first pieces, again and again, on one of the two lanes on which a host is asked. */
async function getPieces(peer: PeerId): Promise<void> {
  const openFileStream: typeof transport.openFileStream = (to, protocol, opening) =>
    transport.openStream(to, protocol, opening)
  const onLink = Object.assign(transport, { openFileStream })
  const parts = { transport: onLink, clock: systemClock, ref: file, memory: new PieceMemory() }
  const lane = new BlobLane(parts, { peer }, true)
  const [take, onBytes] = [async (): Promise<void> => undefined, (): void => undefined]
  for (;;) await lane.range({ first: 0, count: 4 }, take, onBytes)
}

async function getAnswer(peer: PeerId): Promise<void> {
  const hearing = way === 'portions' ? { onProgress: () => undefined } : {}
  const options = { timeoutMs: 600_000, clock: systemClock, answerBytesMax: 2 * longBytes, ...hearing }
  for (;;) await ask(transport, peer, longProtocol, null, options)
}
