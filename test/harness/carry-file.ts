/** What a line between hosts has to carry: they meet, and a file that is recorded on one of them comes to the other. */
import assert from 'node:assert/strict'
import type { NetHost, NetLab } from './netns.ts'
import { until } from './run.ts'

/** Starts all hosts, and waits until each is connected to all others. */
export async function meet(lab: NetLab): Promise<void> {
  await lab.start()
  for (const host of lab.hosts) await host.untilConnectedTo(...lab.hosts.filter((other) => other !== host))
}

/** Records a file of so many bytes, /tmp/noise, that does not get smaller on the way, and replays it on the other host. */
export async function carryFile(origin: NetHost, target: NetHost, bytes: number): Promise<void> {
  await origin.types(`head -c ${bytes} /dev/urandom > /tmp/noise`)
  await origin.does('lock', 'over the line')
  await until(async () => (await target.status()).lock?.host === origin.name, `${target.name} knows the lock`)
  await origin.does('snap', 'noise')
  await origin.does('ci')
  const { operations } = await origin.status()
  await until(async () => (await target.status()).operations === operations, `${target.name} has the journal`)
  await target.does('up')
  const sums = await Promise.all([origin, target].map((host) => host.types('sha256sum /tmp/noise')))
  assert.equal(sums[0]?.stdout, sums[1]?.stdout)
}
