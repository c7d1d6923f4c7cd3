import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { openMesh } from '../../test/support/mesh.ts'
import { systemClock } from '../base/clock.io.ts'
import { silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { noKeys } from './admission.ts'
import { LocalDiscovery } from './local-discovery.io.ts'

test('a host whose port the system chooses says nothing on the local network, and goes on', async (context) => {
  const transport = await openMesh()
  context.after(() => transport.close())
  const clock = new SimClock()
  const member = { domain: 'x.example', keys: () => noKeys }
  const facts = { transport, member, host: '127.0.0.1', random: systemRandom, log: silentLog }
  const discovery = await LocalDiscovery.open({ ...facts, port: 0, clock })
  await clock.run(60_000)
  discovery.close()
})

test('two hosts of a machine that listen on one port of two addresses find each other by broadcast', async (context) => {
  const first = await openMesh()
  const port = first.listenPort()
  const second = await openMesh({ host: '127.0.0.2', port })
  const member = { domain: 'x.example', keys: () => noKeys }
  for (const [transport, host] of [
    [first, '127.0.0.1'],
    [second, '127.0.0.2'],
  ] as const) {
    const clock = systemClock
    const discovery = await LocalDiscovery.open({
      transport,
      member,
      host,
      port,
      clock,
      random: systemRandom,
      log: silentLog,
    })
    context.after(() => {
      discovery.close()
      return transport.close()
    })
  }
  // Long after the second dials even where it leaves that to the first at first.
  for (const end = performance.now() + 60_000; second.peers().length === 0; ) {
    assert.ok(performance.now() < end, 'found within a minute')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.deepEqual(
    second.peers().map(({ id }) => id),
    [first.self],
  )
})
