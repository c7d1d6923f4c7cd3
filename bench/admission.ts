/** What a key costs a daemon: its memory, and its time for each stranger that does not have it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hmacKeysMax } from '../src/config/index.ts'
import type { DomainKeys } from '../src/mesh/admission.ts'
import { keyOf, Lab, type LabHost, labDomain } from '../test/harness/lab.ts'
import { openMesh } from '../test/support/mesh.ts'
import type { Benchmark } from './bench.ts'
import { median, sleep, takeTurns } from './measure.ts'
import { cpuMs, ownMB, pidOf } from './processes.ts'

const settleMs = 5_000

export const admission: Benchmark = {
  name: 'admission',
  summary: 'memory of a daemon whose domain has a key, and what a stranger without it costs, against one that has none',
  run: async (bench) => {
    const [open, keyed] = [await Lab.of(bench, 'one', 'two'), await Lab.of(bench, 'three', 'four')]
    const manyKeys = await Lab.of(bench, 'five')
    for (const host of keyed.hosts) giveKeys(host, 1)
    for (const host of manyKeys.hosts) giveKeys(host, hmacKeysMax)
    await Promise.all([open.start(), keyed.start(), manyKeys.start()])
    await sleep(settleMs)
    const [ownOpen, ownKeyed] = [open, keyed].map(({ hosts }) => hosts.map((host) => ownMB(pidOf(host))))
    const count = bench.short ? 50 : 400
    bench.say(`${count} strangers at a time at a daemon with a key, and at one without`)
    // Whoever names another domain is refused where there is no key; all else is the same.
    const other = await openMesh({ domain: 'other.example' })
    const wrong = keyOf('another')
    const keys: DomainKeys = { proves: wrong, accepts: [wrong], acceptsAny: false }
    const stranger = await openMesh({ domain: labDomain, keys: () => keys })
    bench.after(async () => void (await Promise.all([other.close(), stranger.close()])))
    const refusedBy = async (by: LabHost, dial: (address: string) => Promise<unknown>): Promise<number> => {
      const before = cpuMs(pidOf(by))
      for (let at = 0; at < count; at += 1) await dial(`/ip4/${by.address}/tcp/${by.port}`).catch(() => undefined)
      return (cpuMs(pidOf(by)) - before) / count
    }
    const costs = await takeTurns(bench.short ? 3 : 7, {
      open: () => refusedBy(open.hosts[0] as LabHost, (address) => other.dial(address)),
      keyed: () => refusedBy(keyed.hosts[0] as LabHost, (address) => stranger.dial(address)),
      many: () => refusedBy(manyKeys.hosts[0] as LabHost, (address) => stranger.dial(address)),
    })
    return [
      rowOf('a daemon with a key and one peer, its own memory', 'MB', ownKeyed ?? [], ownOpen ?? []),
      rowOf('a stranger without the key, of the processor', 'ms', costs.keyed, costs.open),
      rowOf(`the same where there are ${hmacKeysMax} keys`, 'ms', costs.many, costs.open),
    ]
  },
}

/** Has a host go by a file of so many keys. */
function giveKeys(host: LabHost, count: number): void {
  const keys = Array.from({ length: count }, (_, index) => `${keyOf(`the-key-${index}`)}\n`)
  host.env['IS_HMAC_KEYS'] = join(host.home, 'conf/hmac_keys')
  writeFileSync(host.env['IS_HMAC_KEYS'], keys.join(''), { mode: 0o600 })
}

function rowOf(what: string, unit: 'MB' | 'ms', keyed: readonly number[], open: readonly number[]) {
  const [measured, without] = [median(keyed), median(open)]
  const against = { what: 'without a key', measured: without, samples: open }
  return { what, measured, unit, against, ratio: measured / without, samples: keyed }
}
