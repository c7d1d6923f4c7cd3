/** What a key costs a daemon: its memory, and its time for each stranger that does not have it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hmacKeysMax } from '../src/config/index.ts'
import type { DomainKeys } from '../src/mesh/admission.ts'
import type { TlsTransport } from '../src/mesh/tls-transport.io.ts'
import { keyOf, Lab, type LabHost, labDomain } from '../test/harness/lab.ts'
import { openMesh } from '../test/support/mesh.ts'
import type { Benchmark } from './bench.ts'
import type { BenchRun } from './bench-run.ts'
import { median, sleep, takeTurns, timed } from './measure.ts'
import { cpuMs, ownMB, pidOf } from './processes.ts'

const settleMs = 5_000
/** Strangers of a flood. */
const atOnce = 16

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
    const [loads, waits] = await floodOf(bench, manyKeys.hosts[0] as LabHost, stranger)
    const what = `under a flood of strangers where there are ${hmacKeysMax} keys`
    return [
      rowOf('a daemon with a key and one peer, its own memory', 'MB', ownKeyed ?? [], ownOpen ?? []),
      rowOf('a stranger without the key, of the processor', 'ms', costs.keyed, costs.open),
      rowOf(`the same where there are ${hmacKeysMax} keys`, 'ms', costs.many, costs.open),
      { what: `${what}, of a processor`, measured: median(loads), unit: '%', wanted: { atMost: 60 }, samples: loads },
      {
        what: `${what}, a member behind their address is in after`,
        measured: median(waits),
        unit: 'ms',
        samples: waits,
      },
    ]
  },
}

/**
 * Strangers come to a daemon without a pause: what it takes of a processor once it has spent what it may at once, in
 * percent, and after how many milliseconds a member that comes as often from the same address is in.
 */
async function floodOf(
  bench: BenchRun,
  host: LabHost,
  stranger: TlsTransport,
): Promise<readonly [readonly number[], readonly number[]]> {
  bench.say(`strangers who come all the time to a daemon with ${hmacKeysMax} keys`)
  const address = `/ip4/${host.address}/tcp/${host.port}`
  let isOver = false
  const keepComing = async (): Promise<void> => {
    while (!isOver) await stranger.dial(address).catch(() => undefined)
  }
  const flood = Promise.all(Array.from({ length: atOnce }, keepComing))
  await sleep(settleMs)
  const [loads, waits]: [number[], number[]] = [[], []]
  for (let round = 0; round < (bench.short ? 3 : 7); round += 1) {
    const [beforeMs, beganMs] = [cpuMs(pidOf(host)), performance.now()]
    await sleep(settleMs)
    loads.push(((cpuMs(pidOf(host)) - beforeMs) / (performance.now() - beganMs)) * 100)
    const key = keyOf('the-key-0')
    const member = await openMesh({
      domain: labDomain,
      keys: () => ({ proves: key, accepts: [key], acceptsAny: false }),
    })
    const waitedMs = await timed(async () => {
      while (member.peers().length === 0) await member.dial(address).catch(() => undefined)
    })
    waits.push(waitedMs)
    await member.close()
  }
  isOver = true
  await flood
  return [loads, waits]
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
