/**
 * One of two hosts on a slow line. `serve ADDRESS` answers and sends a file without an end; `ask ADDRESS OTHER WAY` gets
 * it, by the method of the transport that WAY names, and prints how long each of some questions took meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.io.ts'
import { answer, ask } from '../src/mesh/rpc.ts'
import { openMesh } from '../test/support/mesh.ts'

const [role = '', host = '', other = '', way = ''] = process.argv.slice(2)
const port = 7001
const [fileProtocol, questionProtocol] = ['/isconf/bench-file/1', '/isconf/bench-question/1']
const transport = await openMesh({ host, port })

if (role === 'serve') {
  answer(transport, questionProtocol, { requestBytesMax: 1024, concurrentPerPeerMax: 8 }, async () => 'here')
  transport.handle(fileProtocol, async (stream) => {
    for (;;) await stream.write(Buffer.alloc(256 * 1024))
  })
  console.log('ready')
} else {
  const peer = await transport.dial(`/ip4/${other}/tcp/${port}`)
  const file = await transport[way === 'openFileStream' ? way : 'openStream'](peer, fileProtocol)
  const reader = file.incoming[Symbol.asyncIterator]()
  await reader.next()
  void (async () => {
    for (;;) await reader.next()
  })()
  for (let count = 0; count < 5; count += 1) {
    // As much on its way as there ever is.
    await pause(2_000)
    const beganMs = performance.now()
    await ask(transport, peer, questionProtocol, null, { timeoutMs: 60_000, clock: systemClock, answerBytesMax: 1024 })
    console.log(performance.now() - beganMs)
  }
  process.exit()
}
