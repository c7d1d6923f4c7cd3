import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { silentLog } from '../base/index.ts'
import type { DomainKeys } from './admission.ts'
import { HeardHosts } from './heard-hosts.ts'

const aMinuteMs = 60_000

/** Two hosts of one domain, each with a key, that hear each other every ten seconds. */
function twoThatHear(keyByName: Record<string, string>) {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const dialsBy: Record<string, number> = {}
  const hosts = ['alder', 'birch'].map((name) => {
    const keys = (): DomainKeys => ({ proves: keyByName[name], accepts: [keyByName[name] ?? ''], acceptsAny: false })
    const transport = network.transport(name, { member: { domain: 'x.example', keys } })
    dialsBy[name] = 0
    const dialing = {
      self: transport.self,
      peers: () => transport.peers(),
      dial: (address: string) => {
        dialsBy[name] = (dialsBy[name] ?? 0) + 1
        return transport.dial(`sim:${address.split('/').at(-1)}`)
      },
    }
    return { transport, heard: new HeardHosts({ transport: dialing, clock, log: silentLog }) }
  })
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10_000) {
      for (const { heard } of hosts)
        for (const { transport } of hosts.filter((other) => other.heard !== heard))
          heard.heard(transport.self, '192.0.2.1', 65_027)
      await clock.run(10_000)
    }
  }
  return { clock, hosts, dialsBy, run }
}

test('hosts of two domains of one name, with different keys, dial each other ever more rarely', async () => {
  const { dialsBy, run, hosts } = twoThatHear({ alder: 'one'.repeat(8), birch: 'two'.repeat(8) })
  await run(60 * aMinuteMs)
  for (const [name, dials] of Object.entries(dialsBy)) assert.ok(dials >= 14 && dials <= 20, `${name}: ${dials} dials`)
  for (const { transport } of hosts) assert.deepEqual(transport.peers(), [])
})

test('a host whose keys are others now dials whom it was refused by when it hears it next', async () => {
  const keyByName = { alder: 'one'.repeat(8), birch: 'two'.repeat(8) }
  const { run, hosts } = twoThatHear(keyByName)
  await run(20 * aMinuteMs)
  keyByName.birch = keyByName.alder
  hosts[1]?.heard.keysChanged()
  await run(10_000)
  for (const { transport } of hosts) assert.equal(transport.peers().length, 1)
})
