/** Disks that are put back to an earlier moment, and machines that get another id: history says what this disk has. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost } from '../harness/lab.ts'

/** Copies the disk of a host, IS_HOME and all, as a backup does; what is returned puts it back. */
async function backup(host: LabHost): Promise<() => Promise<void>> {
  const disks = [host.home, host.root]
  await host.stop()
  for (const disk of disks) cpSync(disk, `${disk}.backup`, { recursive: true, force: true })
  await host.start()
  return async () => {
    await host.stop()
    for (const disk of disks) {
      rmSync(disk, { recursive: true })
      cpSync(`${disk}.backup`, disk, { recursive: true })
    }
    await host.start()
  }
}

function step(host: LabHost, word: string): Promise<unknown> {
  return host.does('exec', 'sh', '-c', `echo ${word} >> steps`)
}

test('a host that is put back into the middle of its work has done what its disk has, and does the rest', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  await alder.does('lock', 'three steps')
  await step(alder, 'one')
  const putBack = await backup(alder)
  await lab.untilMet()
  for (const word of ['two', 'three']) await step(alder, word)
  await alder.does('ci')
  await putBack()
  await lab.untilMet()
  // What `up` would say comes at `ci`, too, and at neither is anything counted as done that this disk has not.
  const refused = await alder.run('ci')
  assertRefused(refused, 1, /already, and its disk has 1 of those 3 operations: it was put back/, 'isconf up')
  const { position, pending } = await alder.status()
  assert.deepEqual([position, pending], [1, 2])
  assert.match(
    (await alder.does('up')).stderr,
    /did 2 operations; this host is level with branch generic \(3 operations\)/,
  )
  assert.equal(alder.read('tmp/steps'), 'one\ntwo\nthree\n')

  await alder.does('lock', 'two more')
  const putBackToNothing = await backup(alder)
  await lab.untilMet()
  for (const word of ['four', 'five']) await step(alder, word)
  await alder.does('ci')
  await putBackToNothing()
  await lab.untilMet()
  const { stderr } = await alder.does('up')
  assert.match(stderr, /its disk has 0 of those 2 operations: it was put back to an earlier moment/)
  assert.match(stderr, /did 2 operations; this host is level with branch generic \(5 operations\)/)
  assert.equal(alder.read('tmp/steps'), 'one\ntwo\nthree\nfour\nfive\n')

  // What it did out of sight of the others after that is nobody's but its own.
  await alder.does('lock', 'apart')
  const putBackApart = await backup(alder)
  await lab.untilMet()
  await step(alder, 'six')
  await alder.does('ci')
  await birch.stop()
  await putBackApart()
  await step(alder, 'another six')
  await birch.start()
  await lab.untilMet()
  assertRefused(await alder.run('up'), 1, '1 operation here not checked in', 'isconf wip drop')
  assertRefused(await alder.run('ci'), 1, 'your lock on branch generic is gone', 'isconf wip drop')
  assert.equal((await alder.status()).position, 5)
  await alder.does('wip', 'drop')
  assert.equal((await alder.status()).needsRebuild?.operations, 1)
})

test('a machine with another id and work that is not checked in goes on as the same host when somebody says so', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  if (!existsSync('/etc/machine-id')) return t.skip('this machine has no /etc/machine-id: this was NOT tested')
  await alder.start()
  const { peerId } = (await alder.status()).mesh
  await alder.does('lock', 'unfinished')
  await step(alder, 'one')
  await alder.stop()
  const noted = join(alder.home, 'conf/machine-id')
  const own = readFileSync(noted, 'utf8')
  writeFileSync(noted, `${'0'.repeat(31)}1\n`)
  assertRefused(await alder.run('start'), 223, /belongs to machine 0{31}1/, 'isconf seal --same-host')
  assertRefused(await alder.run('seal'), 1, '1 operation', 'isconf seal --same-host')
  await alder.does('seal', '--same-host')
  assert.equal(readFileSync(noted, 'utf8'), own)
  await alder.start()
  assert.equal((await alder.status()).mesh.peerId, peerId)
  await alder.does('ci')
})
