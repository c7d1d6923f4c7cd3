import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HistoryRow, WipAnswer } from '../../src/control/index.ts'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('wip drop lets a host go on that was stuck behind lost work, and marks it for good', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'a long change')
  await alder!.does('exec', 'touch', 'first')
  await alder!.does('exec', 'touch', 'second')
  assertRefused(await alder!.run('wip', 'drop'), 1, 'journal.wip can be checked in', 'isconf ci', 'isconf unlock')
  await birch!.does('unlock')
  await birch!.does('lock', 'a short change')
  await birch!.does('exec', 'touch', 'third')
  await birch!.does('ci')

  // The dead end: each of them refuses, and each says what to do.
  await until(async () => (await alder!.status()).pending === 1, 'alder hears of the change')
  assertRefused(await alder!.run('lock', 'again'), 1, 'alder is behind', 'isconf up')
  assertRefused(await alder!.run('up'), 1, 'luke@alder has 2 operations here', 'isconf wip drop')
  assertRefused(await alder!.run('ci'), 1, 'your lock on branch generic is gone', 'isconf wip drop')

  assert.match(
    (await alder!.does('wip', 'drop')).stderr,
    /dropped 2 operations; this host needs a rebuild, or isconf done, as status shows\n/,
  )
  const up = await alder!.does('up')
  assert.match(up.stderr, /^isconf: alder needs a rebuild: luke@alder dropped 2 operations .*\n.*exec touch third\n/)
  assert.ok(alder!.has('tmp/third'))
  await alder!.does('restart')
  await lab.untilMet()
  assert.match((await alder!.does('-q', 'up')).stderr, /^isconf: alder needs a rebuild: .*\n$/)
  for (const words of [
    ['lock', 'more'],
    ['fork', 'web'],
    ['migrate', 'web'],
  ]) {
    assertRefused(await alder!.run(...words), 1, 'alder needs a rebuild: luke@alder dropped 2 operations', 'image')
  }
  const { needsRebuild, work, pending } = await alder!.status()
  assert.deepEqual([needsRebuild?.operations, needsRebuild?.by, work, pending], [2, 'luke@alder', null, 0])
  assert.match((await alder!.does('status')).stdout, /\nrebuild needed: luke@alder dropped 2 operations/)
  const [, dropped] = await history(alder!)
  assert.deepEqual([dropped?.event, dropped?.dropped], ['dropped', { operations: 2, by: 'luke@alder' }])
  await birch!.does('lock', 'nobody else minds')
  await birch!.does('ci')
  // Others are told, and there is a way on.
  await until(async () => (await birch!.does('hosts')).stdout.includes('needs a rebuild: dropped'), 'birch hears of it')
  const { deviations } = await alder!.status()
  assert.deepEqual(
    deviations.map(({ kind, text }) => [kind, text]),
    [['dropped', 'exec touch first, exec touch second']],
  )
  await alder!.does('done', deviations[0]!.operation, '-m', 'both files are removed')
  await alder!.does('restart')
  await lab.untilMet()
  assert.deepEqual((await alder!.status()).needsRebuild, null)
  await alder!.does('lock', 'as any other host')
})

test('wip shows what is not checked in, since when and under which lock, and whether that is held', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  assert.deepEqual(await wip(alder!), { work: null, needsRebuild: null })
  await alder!.does('lock', 'a change')
  const { lock } = await alder!.status()
  alder!.write('tmp/motd', 'hello\n')
  await alder!.does('snap', 'motd')
  await alder!.does('exec', 'echo', 'two words')
  const { work } = await wip(alder!)
  assert.deepEqual(
    [work?.since, work?.author, work?.message, work?.locked],
    [lock?.since, 'luke@alder', 'a change', true],
  )
  const { stdout } = await alder!.does('wip')
  assert.match(
    stdout,
    /^work {3}2 operations on branch generic\nlock {3}luke@alder since 2\d{3}-.*: a change\nstate {2}held\n/,
  )
  assert.match(stdout, / mode {4}0644\n/)
  assert.match(stdout, / argv {2}echo 'two words'\n/)
  await alder!.does('restart')
  assert.deepEqual((await wip(alder!)).work, work)

  await alder!.does('unlock')
  const lost = (await wip(alder!)).work
  assert.deepEqual([lost?.locked, lost?.broken?.by, lost?.since], [false, 'luke@alder', lock?.since])
  await alder!.does('wip', 'drop')
  assert.match((await alder!.does('wip', 'drop')).stderr, /nothing to drop/)
  assert.equal((await wip(alder!)).needsRebuild?.operations, 2)
})

async function wip(host: LabHost): Promise<WipAnswer> {
  return JSON.parse((await host.does('wip', '--json')).stdout) as WipAnswer
}

async function history(host: LabHost): Promise<readonly HistoryRow[]> {
  const { stdout } = await host.does('history', '--json')
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as HistoryRow)
}
