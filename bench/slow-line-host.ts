/**
 * One of two hosts on a slow line. `serve ADDRESS` answers and sends a file without an end; `ask ADDRESS OTHER WAY` gets
 * it, by the method of the transport that WAY names, or long answers, `portions` or `whole`, and prints how long each of
 * some questions took meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.io.ts'
import { answer, ask } from '../src/mesh/rpc.ts'
import type { PeerId } from '../src/mesh/transport.ts'
import { openMesh } from '../test/support/mesh.ts'

const [role = '', host = '', other = '', way = ''] = process.argv.slice(2)
const port = 7001
const [fileProtocol, longProtocol] = ['/isconf/bench-file/1', '/isconf/bench-long/1']
const questionProtocol = '/isconf/bench-question/1'
const longBytes = 8_000_000
const transport = await openMesh({ host, port })

if (role === 'serve') {
  const limits = { requestBytesMax: 1024, concurrentPerPeerMax: 8 }
  answer(transport, questionProtocol, limits, async () => 'here')
  answer(transport, longProtocol, limits, async () => 'x'.repeat(longBytes))
  transport.handle(fileProtocol, async (stream) => {
    for (;;) await stream.write(Buffer.alloc(256 * 1024))
  })
  console.log('ready')
} else {
  const peer = await transport.dial(`/ip4/${other}/tcp/${port}`)
  if (way === 'portions' || way === 'whole') void getAnswer(peer)
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
  const file = await transport[way === 'openFileStream' ? way : 'openStream'](peer, fileProtocol)
  const reader = file.incoming[Symbol.asyncIterator]()
  await reader.next()
  void (async () => {
    for (;;) await reader.next()
  })()
}

async function getAnswer(peer: PeerId): Promise<void> {
  const hearing = way === 'portions' ? { onProgress: () => undefined } : {}
  const options = { timeoutMs: 600_000, clock: systemClock, answerBytesMax: 2 * longBytes, ...hearing }
  for (;;) await ask(transport, peer, longProtocol, null, options)
}
