/** A line of 300 ms for each round trip that loses a twentieth of what is sent on it, each way. */
import assert from 'node:assert/strict'
import { until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

/** TCP brings some 20 kB a second over such a line. */
const fileBytes = Number(process.env['ISCONF_LONG_LINE_BYTES'] ?? 200_000)
const oneWayMs = 150
const lostOfEvery = 20

netnsTest('a line that is long and loses much brings all that hosts say, and takes its time', async (t) => {
  const lab = await NetLab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  const refused = await lab.stretch(birch, oneWayMs, lostOfEvery)
  if (refused !== undefined) return t.skip(`no long line can be made: ${refused}`)
  await lab.start()
  await alder.untilConnectedTo(birch)
  await birch.untilConnectedTo(alder)
  await alder.types(`head -c ${fileBytes} /dev/urandom > /tmp/noise`)
  await alder.does('lock', 'over a long line')
  await until(async () => (await birch.status()).lock?.host === 'alder', 'birch knows the lock', 60_000)
  await alder.does('snap', 'noise')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 1, 'birch has the journal', 60_000)
  await birch.does('up')
  const sums = await Promise.all([alder, birch].map((host) => host.types('sha256sum /tmp/noise')))
  assert.equal(sums[0]?.stdout, sums[1]?.stdout)
  // And the other way.
  await birch.does('lock', 'and back')
  await birch.does('exec', 'touch', '/tmp/back')
  await birch.does('ci')
  await until(async () => (await alder.status()).operations === 2, 'alder has the journal', 60_000)
  await alder.does('up')
  for (const host of lab.hosts) {
    assert.deepEqual((await host.status()).warnings, [], host.name)
    assert.doesNotMatch((await host.does('events')).stdout, /lost/, `${host.name} has lost nobody`)
  }
})
