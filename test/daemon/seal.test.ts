/** Machines made from one image: each is a host of its own. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('a sealed host has another key, no history but its place, and goes on from there', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  await alder.does('lock', 'two steps')
  await alder.does('exec', 'sh', '-c', 'echo 1 >> steps')
  await alder.does('exec', 'sh', '-c', 'echo 2 >> steps')
  await alder.does('ci')
  await birch.does('up')
  const before = (await birch.status()).mesh.peerId
  assertRefused(await birch.run('seal'), 223, 'is already running', 'isconf stop')
  await birch.stop()
  await birch.does('seal')
  assert.equal(existsSync(join(birch.home, 'conf/host.key')), false)
  assert.equal(readFileSync(join(birch.home, 'conf/history'), 'utf8').split('\n').length, 2)
  await birch.start()
  await lab.untilMet()
  const { mesh, position, pending } = await birch.status()
  assert.notEqual(mesh.peerId, before)
  assert.deepEqual([position, pending], [2, 0])
  await birch.does('lock', 'the third')
  await birch.does('exec', 'sh', '-c', 'echo 3 >> steps')
  await birch.does('ci')
  await alder.does('up')
  assert.deepEqual([alder.read('tmp/steps'), birch.read('tmp/steps')], ['1\n2\n3\n', '1\n2\n3\n'])
})

test('seal refuses while there is work, or a lock, that is not checked in', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  await alder.does('seal')
  await alder.start()
  await alder.does('lock', 'unfinished')
  await alder.stop()
  assertRefused(await alder.run('seal'), 1, 'luke@alder has locked branch generic here', 'isconf ci')
  await alder.start()
  await alder.does('exec', 'true')
  await alder.stop()
  assertRefused(await alder.run('seal'), 1, '1 operation', 'isconf ci')
  await alder.start()
  await alder.does('ci')
})

test('a host that finds itself on another machine does not start, and seal makes it one of its own', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  if (!existsSync('/etc/machine-id')) return t.skip('this machine has no /etc/machine-id: this was NOT tested')
  await alder.start()
  await alder.stop()
  writeFileSync(join(alder.home, 'conf/machine-id'), `${'0'.repeat(31)}1\n`)
  assertRefused(await alder.run('start'), 223, /belongs to machine 0{31}1/, 'isconf seal')
  await alder.does('seal')
  await alder.start()
})

test('of two machines with one key neither changes anything, until one is sealed', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts) {
    await host.start()
    await host.stop()
  }
  copyFileSync(join(alder.home, 'conf/host.key'), join(birch.home, 'conf/host.key'))
  for (const host of lab.hosts) await host.start()
  for (const host of lab.hosts) {
    await until(
      async () => (await host.status()).warnings.some((text) => text.includes("has this host's key")),
      'noticed',
    )
    assertRefused(await host.run('lock', 'as two'), 223, /another machine, at .*, has this host's key/, 'isconf seal')
    assertRefused(await host.run('up'), 223, 'conf/host.key')
  }
  for (const host of lab.hosts) await host.stop()
  await birch.does('seal')
  await lab.start()
  await birch.does('lock', 'as one')
})
