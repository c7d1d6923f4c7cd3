/** A line of 300 ms for each round trip that loses a twentieth of what is sent on it, each way. */
import assert from 'node:assert/strict'
import { carryFile, meet } from '../harness/carry-file.ts'
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
  await meet(lab)
  await carryFile(alder, birch, fileBytes)
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
