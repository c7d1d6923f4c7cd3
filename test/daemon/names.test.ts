/** Hosts of one short name, as db1.fra.example and db1.nyc.example are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('two hosts of one short name are told apart in locks, messages, the journal and the list of hosts', async (t) => {
  const lab = await Lab.of(t, 'fra', 'nyc')
  const [fra, nyc] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts) {
    host.env['IS_HOSTNAME'] = `db1.${host.name}.example`
    await host.start()
  }
  const [here, there] = ['db1.fra.example', 'db1.nyc.example']
  for (const [host, name] of [
    [fra, here],
    [nyc, there],
  ] as const)
    await until(async () => (await host.status()).host === name, `${name} knows of the other`)
  const { warnings } = await fra.status()
  assert.match(
    warnings.join('\n'),
    /other hosts are called db1, too: db1(\.nyc\.example)?; this host is db1\.fra\.example in/,
  )
  await fra.does('lock', 'one of two')
  assertRefused(await nyc.run('lock', 'me too'), 220, `is locked by luke@${here} since`)
  await fra.does('exec', 'echo', 'one')
  assert.match((await fra.does('ci')).stderr, /1 operation, stored on 2 hosts/)
  assert.match((await nyc.does('log')).stdout, /luke@db1\.fra\.example/)
  await until(async () => (await nyc.does('hosts')).stdout.includes(`${here} `), 'nyc lists the other by its full name')
  assert.match((await nyc.does('hosts')).stdout, /^db1\.nyc\.example .*this host/m)
  // What commands see is what the machine is called.
  assert.match((await nyc.does('env')).stdout, /^export HOSTNAME='db1'$/m)
})
