import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, until } from '../harness/lab.ts'

test('while one holds the lock, lock, snap, exec and ci of all others end with 220 and tell who holds it', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  assertDone(await alder!.runWith({ user: 'ann' }, 'lock', 'upgrade', 'the', 'mail', 'server'))
  birch!.write('tmp/motd', 'hello\n')
  alder!.write('tmp/motd', 'hello\n')
  for (const words of [['lock', 'me', 'too'], ['snap', 'motd'], ['exec', 'true'], ['ci']]) {
    const far = await birch!.runWith({ user: 'bob' }, ...words)
    assertRefused(far, 220, 'ann@alder', 'upgrade the mail server', /since 2\d\d\d-/, 'isconf unlock')
    const near = await alder!.runWith({ user: 'bob' }, ...words)
    assertRefused(near, 220, 'ann@alder', 'upgrade the mail server')
  }
  const { lock, work } = await birch!.status()
  assert.deepEqual([lock?.user, lock?.host, work], ['ann', 'alder', null])
})

test('a host that is behind cannot lock, and up refuses while there is work', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'one')
  await alder!.does('exec', 'touch', 'made')
  assertRefused(await alder!.run('up'), 1, 'luke@alder has 1 operation here', 'isconf ci')
  await alder!.does('exec', 'touch', 'made-too')
  const checkIn = await alder!.does('ci')
  assert.match(checkIn.stderr, /checked in [0-9a-f]+ on branch generic: 2 operations, stored on 2 hosts\n/)
  assertRefused(await birch!.run('lock', 'two'), 1, 'birch is behind branch generic by 2 operations', 'isconf up')
  assert.equal((await birch!.status()).lock, null)
  await birch!.does('up')
  await birch!.does('lock', 'two')
  const { lock } = await birch!.status()
  assert.equal(lock?.host, 'birch')
})

test('unlock breaks the lock: the holder hears who did it, and keeps the work', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'a long job')
  await alder!.does('exec', 'touch', 'made')
  const broke = assertDone(await birch!.runWith({ user: 'bob' }, 'unlock'))
  assert.match(broke.stderr, /broke the lock that luke@alder had .*: a long job/)
  await until(async () => (await alder!.status()).lock === null, 'alder hears that its lock is broken')
  assertRefused(await alder!.run('ci'), 1, 'broken by bob@birch', 'journal.wip')
  assertRefused(await alder!.run('exec', 'true'), 1, 'broken by bob@birch')
  const { work, operations } = await alder!.status()
  assert.deepEqual([work?.operations.length, work?.locked, operations], [1, false, 0])

  await alder!.does('lock', 'again')
  await alder!.does('ci')
  assert.equal((await alder!.status()).operations, 1)
})

test('after others have checked in, work under a broken lock is refused and kept', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'a long job')
  await alder!.does('exec', 'touch', 'made')
  await birch!.does('unlock')
  await birch!.does('lock', 'a short one')
  await birch!.does('exec', 'true')
  await birch!.does('ci')
  assertRefused(await alder!.run('ci'), 1, 'your lock on branch generic is gone')
  assertRefused(await alder!.run('lock', 'again'), 1, 'operation')
  const { work, operations } = await alder!.status()
  assert.deepEqual([work?.operations.length, work?.locked, operations], [1, false, 1])
})

test('two hosts that lock at the same moment never both get it', async (context) => {
  const rounds = 8
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start()
  for (let round = 1; round <= rounds; round += 1) {
    const rivals = [alder!, birch!]
    const runs = await Promise.all(rivals.map((host) => host.run('lock', 'round', String(round))))
    const winners = rivals.filter((_, index) => runs[index]!.status === 0)
    assert.equal(winners.length, 1, `round ${round}: ${winners.length} have the lock`)
    for (const run of runs) if (run.status !== 0) assertRefused(run, 220)
    const [winner] = winners
    for (const host of lab.hosts) {
      const knows = async (): Promise<boolean> => (await host.status()).lock?.host === winner!.name
      await until(knows, `${host.name} knows that ${winner!.name} has the lock`)
    }
    await winner!.does('ci')
    await until(async () => (await cedar!.status()).lock === null, 'cedar knows that the lock is free')
  }
})

test('the lock and the work survive a restart', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'before')
  await alder!.does('exec', 'touch', 'made')
  await alder!.does('restart')
  await lab.untilMet()
  const { lock, work } = await alder!.status()
  assert.deepEqual([lock?.message, work?.operations.length, work?.locked], ['before', 1, true])
  assertRefused(await birch!.run('lock', 'me'), 220, 'luke@alder')
  await alder!.does('exec', 'touch', 'made-too')
  await alder!.does('ci')
  await birch!.does('up')
  assert.ok(birch!.has('tmp/made') && birch!.has('tmp/made-too'))
})

test('a host that hangs does not block the others for ever, and follows when it is back', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start()
  cedar!.freeze()
  context.after(() => cedar!.thaw())
  await alder!.does('lock', 'without cedar')
  assertRefused(await birch!.run('lock', 'me too'), 220, 'luke@alder')
  await alder!.does('exec', 'touch', 'made')
  assert.match((await alder!.does('ci')).stderr, /stored on 2 hosts\n/)
  await birch!.does('up')
  cedar!.thaw()
  await until(async () => (await cedar!.status()).operations === 1, 'cedar follows')
  await cedar!.does('up')
  await cedar!.does('lock', 'cedar is back')
})
