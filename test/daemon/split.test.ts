import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('after a split both lines are kept and nobody goes past it, until someone resolves it', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'common')
  await alder!.does('exec', 'sh', '-c', 'echo common >> steps')
  await alder!.does('ci')
  await birch!.does('up')
  await untilOperations(cedar!, 1)

  await partition(lab)
  await changed(alder!, 'line-of-alder')
  await changed(birch!, 'line-of-birch')
  await birch!.does('lock', 'more on birch')
  await birch!.does('exec', 'sh', '-c', 'echo more >> steps')

  await meet(lab)
  for (const host of lab.hosts) {
    await until(async () => (await host.status()).lines.length === 2, `${host.name} knows both lines`)
    const { lines } = await host.status()
    assert.deepEqual(lines.map(({ message }) => message).sort(), ['line-of-alder', 'line-of-birch'])
    assert.match((await host.does('status')).stdout, /split .*line-of-/)
    assert.doesNotMatch((await host.does('status')).stdout, /up to date/)
    const fleet = await host.run('fleet')
    assert.equal(fleet.status, 1)
    assert.match(fleet.stdout, /^3 hosts: 0 level, 3 split\n/)
    // On birch there is work that is not checked in.
    if (host === birch) continue
    const dry = await host.run('up', '--dry-run')
    assert.match(dry.stdout, /would do [01] operations?.*\nwould fail.*: the branch is split/)
    assertRefused(dry, 1, 'isconf resolve')
  }
  assertRefused(await alder!.run('lock', 'on'), 1, 'branch generic is split', 'isconf status')
  assertRefused(await birch!.run('ci'), 1, 'branch generic is split')
  assert.equal((await birch!.status()).work?.operations.length, 1)
  assertRefused(await cedar!.run('up'), 1, 'branch generic is split')
  assert.equal(cedar!.read('tmp/steps'), 'common\n')
  await cedar!.does('restart')
  assert.equal((await cedar!.status()).lines.length, 2)
  await lab.untilMet()

  assertRefused(await cedar!.run('resolve', '0000'), 22, '0000')
  assertRefused(await cedar!.run('resolve', 'that-one'), 22)
  const { lines } = await birch!.status()
  const chosen = lines.find(({ message }) => message === 'line-of-birch')!
  assertDone(await cedar!.run('resolve', chosen.first.slice(0, 12)))
  for (const host of lab.hosts) {
    await until(async () => (await host.status()).lines.length === 0, `the split is resolved on ${host.name}`)
  }
  const aside = (await alder!.status()).branch
  assert.notEqual(aside, 'generic')
  assert.deepEqual([(await birch!.status()).branch, (await cedar!.status()).branch], ['generic', 'generic'])

  await birch!.does('ci')
  await cedar!.does('up')
  assert.equal(cedar!.read('tmp/steps'), 'common\nline-of-birch\nmore\n')
  assert.match((await alder!.does('up')).stderr, new RegExp(`nothing to do; .* branch ${aside} .2 operations`))
  await cedar!.does('lock', 'life goes on')
  await cedar!.does('ci')
})

test('what only one side did is no split: the other side follows it', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await partition(lab)
  await changed(alder!, 'line-of-alder')
  await birch!.does('lock', 'held meanwhile')
  await meet(lab)
  await untilOperations(birch!, 1)
  assert.deepEqual([(await birch!.status()).lines, (await alder!.status()).lines], [[], []])
  await birch!.does('up')
  assert.equal(birch!.read('tmp/steps'), 'line-of-alder\n')
})

async function partition(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    host.knows([host])
    await host.does('restart')
  }
}

async function meet(lab: Lab): Promise<void> {
  for (const host of lab.hosts) {
    host.knows(lab.hosts)
    await host.does('restart')
  }
  await lab.untilMet()
}

async function changed(host: LabHost, message: string): Promise<void> {
  await host.does('lock', message)
  await host.does('exec', 'sh', '-c', `echo ${message} >> steps`)
  assert.match((await host.does('ci')).stderr, /stored on 1 host\n/)
}

async function untilOperations(host: LabHost, count: number): Promise<void> {
  await until(async () => (await host.status()).operations === count, `${host.name} has ${count} operations`)
}
