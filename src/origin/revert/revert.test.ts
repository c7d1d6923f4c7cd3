/** Taking a changeset back on simulated hosts: what is recorded, what is refused, and that it arrives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, codeOf } from '../../../test/sim/cluster.ts'
import type { RevertAnswer } from '../../control/index.ts'
import { describeOperation } from '../../journal/index.ts'

/** Two hosts; what is typed is typed on the first. */
async function two() {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  await cluster.meet()
  const [alder, birch] = [cluster.host('alder'), cluster.host('birch')]
  const type = async (...words: readonly string[]): Promise<string> => codeOf(await cluster.ask('alder', ...words))
  const noted = (): readonly string[] => alder.daemon.work.operations.map(describeOperation)
  /** Checks in a change; the id of its changeset. */
  const change = async (...lines: readonly (readonly string[])[]): Promise<string> => {
    assert.equal(await type('lock', 'because'), 'done')
    for (const words of lines) assert.equal(await type(...words), 'done', words.join(' '))
    assert.equal(await type('ci'), 'done')
    return alder.daemon.branch.journal.head
  }
  const dryRun = async (...words: readonly string[]): Promise<RevertAnswer> => {
    const outcome = await cluster.ask('alder', 'revert', ...words, '--dry-run')
    assert.equal(outcome.type, 'done')
    return (outcome as { result: RevertAnswer }).result
  }
  /** Checks in what was taken back; both hosts are alike then. */
  const arrives = async (): Promise<void> => {
    assert.equal(await type('ci'), 'done')
    assert.equal(codeOf(await cluster.ask('birch', 'up')), 'done')
    assert.equal(birch.machine.tree, alder.machine.tree)
  }
  return { cluster, alder, birch, type, noted, change, dryRun, arrives }
}

test('revert gives files back what the journal had before, the last first, and it arrives', async () => {
  const { alder, type, noted, change, arrives } = await two()
  alder.machine.write('/etc/a', 'one\n', 0o600)
  alder.machine.link('/etc/link', 'a')
  await change(['snap', '/etc/a', '/etc/link'])
  alder.machine.write('/etc/a', 'two\n')
  alder.machine.link('/etc/link', 'b')
  const id = await change(['snap', '/etc/a', '/etc/link'])
  assert.equal(await type('revert', id), 'NOT_LOCKED')
  await type('lock', 'take it back')
  assert.equal(await type('revert', id), 'done')
  assert.deepEqual(noted(), ['snap /etc/a', 'snap /etc/link -> a'])
  assert.deepEqual(
    [alder.machine.read('/etc/a'), /\/etc\/link 777 root root 0 -> a/.test(alder.machine.tree)],
    ['one\n', true],
  )
  await arrives()
})

test('revert brings back what was removed, with all that was below it', async () => {
  const { alder, type, noted, change, arrives } = await two()
  alder.machine.makeDirectory('/srv', 0o711)
  alder.machine.write('/srv/one', '1')
  alder.machine.makeDirectory('/srv/sub')
  alder.machine.write('/srv/sub/two', '2')
  await change(['snap', '/srv'])
  const before = alder.machine.tree
  const id = await change(['snap', '--delete', '/srv'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', id), 'done')
  assert.deepEqual(noted(), ['snap /srv/one', 'snap /srv/sub/two', 'snap /srv/sub/', 'snap /srv/'])
  assert.equal(alder.machine.tree, before)
  await arrives()
})

test('a path that was recorded first is removed only where the journal knows that nothing was there', async () => {
  const { alder, type, noted, change, dryRun, arrives } = await two()
  alder.machine.write('/etc/motd', 'of the image, edited\n')
  const unknown = await change(['snap', '/etc/motd'])
  alder.machine.makeDirectory('/etc/conf.d')
  alder.machine.write('/etc/conf.d/old', '1')
  await change(['snap', '/etc/conf.d'])
  alder.machine.write('/etc/conf.d/new', '2')
  const known = await change(['snap', '/etc/conf.d/new'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', known), 'done')
  assert.deepEqual([noted(), alder.machine.read('/etc/conf.d/new')], [['snap --delete /etc/conf.d/new'], undefined])

  const { operations, obstacles } = await dryRun(unknown)
  assert.deepEqual(operations, [])
  assert.match(obstacles.join('\n'), /^\/etc\/motd: the journal does not know what was there before; --delete/)
  assert.equal(await type('revert', unknown), 'REVERT_REFUSED')
  assert.equal(await type('revert', unknown, '--keep'), 'done')
  assert.equal(noted().length, 1)
  assert.equal(await type('revert', unknown, '--delete'), 'done')
  assert.deepEqual([noted().at(-1), alder.machine.read('/etc/motd')], ['snap --delete /etc/motd', undefined])
  await arrives()
})

test('a command in between may have made the file: the journal does not know that it was absent', async () => {
  const { alder, change, dryRun } = await two()
  alder.machine.makeDirectory('/etc/conf.d')
  await change(['snap', '/etc/conf.d'])
  await change(['exec', 'append', '/etc/conf.d/new', 'made'])
  const id = await change(['snap', '/etc/conf.d/new'])
  assert.match((await dryRun(id)).obstacles.join('\n'), /does not know what was there before/)
})

test("a host's own file, which a tree leaves out, is not taken for absent", async () => {
  const { alder, change, dryRun } = await two()
  alder.machine.makeDirectory('/etc')
  await change(['snap', '/etc'])
  alder.machine.write('/etc/hostname', 'alder')
  const id = await change(['snap', '/etc/hostname'])
  assert.match((await dryRun(id)).obstacles.join('\n'), /does not know what was there before/)
})

test('what is not as the changeset left it is named and left alone, without --overwrite', async () => {
  const { alder, type, change, dryRun, arrives } = await two()
  for (const path of ['/etc/a', '/etc/b', '/etc/c']) alder.machine.write(path, 'one\n')
  await change(['snap', '/etc/a', '/etc/b', '/etc/c'])
  for (const path of ['/etc/a', '/etc/b', '/etc/c']) alder.machine.write(path, 'two\n')
  const id = await change(['snap', '/etc/a', '/etc/b', '/etc/c'])
  alder.machine.write('/etc/a', 'three\n')
  const later = await change(['snap', '/etc/a'])
  alder.machine.write('/etc/b', 'by hand\n')
  // What is as it was before is no trouble.
  alder.machine.write('/etc/c', 'one\n')
  await type('lock', 'take it back')
  assert.deepEqual((await dryRun(id)).obstacles, [
    `/etc/a was changed again by ${later.slice(0, 12)}:0; --overwrite overwrites it`,
    '/etc/b is not as the changeset left it; --overwrite overwrites it',
  ])
  assert.equal(await type('revert', id), 'REVERT_REFUSED')
  assert.deepEqual([alder.machine.read('/etc/a'), alder.machine.read('/etc/b')], ['three\n', 'by hand\n'])
  assert.equal(await type('revert', id, '--overwrite'), 'done')
  assert.deepEqual([alder.machine.read('/etc/a'), alder.machine.read('/etc/b')], ['one\n', 'one\n'])
  await arrives()
})

test('for each command one is asked for; they are run the last first, each at its place', async () => {
  const { alder, type, noted, change, dryRun, arrives } = await two()
  alder.machine.write('/etc/a', 'one\n')
  await change(['snap', '/etc/a'])
  alder.machine.write('/etc/a', 'two\n')
  const id = await change(['exec', 'append', '/log', 'first'], ['snap', '/etc/a'], ['exec', 'append', '/log', 'second'])
  await type('lock', 'take it back')
  assert.match((await dryRun(id, '--with=true')).obstacles.join('\n'), /^exec append \/log second: nothing says what/)
  assert.equal(await type('revert', id, '--with=true'), 'REVERT_REFUSED')
  assert.equal(await type('revert', id, '--with=true', '--with=true', '--with=true'), 'USAGE')
  assert.equal(await type('revert', id, '--with=append /log un-first', '--with=append /log un-second'), 'done')
  assert.deepEqual(noted(), ["exec sh -c 'append /log un-second'", 'snap /etc/a', "exec sh -c 'append /log un-first'"])
  assert.equal(alder.machine.read('/log'), 'first\nsecond\nun-second\nun-first\n')
  await arrives()
})

test('a command that fails stops it: what was done before is recorded, and nothing after it', async () => {
  const { alder, type, noted, change } = await two()
  alder.machine.write('/etc/a', 'one\n')
  await change(['snap', '/etc/a'])
  alder.machine.write('/etc/a', 'two\n')
  const id = await change(['exec', 'append', '/log', 'first'], ['snap', '/etc/a'], ['exec', 'append', '/log', 'last'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', id, '--with=fail 3', '--with=true'), 'COMMAND_FAILED')
  assert.deepEqual(noted(), ['exec sh -c true', 'snap /etc/a'])
  assert.equal(alder.machine.read('/etc/a'), 'one\n')
})

test('a directory is removed with what the changeset put there, and stays where it holds anything else', async () => {
  const { alder, type, noted, change } = await two()
  for (const path of ['/opt/one', '/opt/two']) {
    alder.machine.makeDirectory(path)
    alder.machine.write(`${path}/file`, '1')
  }
  const id = await change(['snap', '/opt/one', '/opt/two'])
  alder.machine.write('/opt/two/mine', 'not recorded')
  await type('lock', 'take it back')
  assert.equal(await type('revert', id, '--delete'), 'done')
  assert.deepEqual(noted(), ['snap --delete /opt/one', 'snap --delete /opt/two/file'])
  assert.equal(alder.machine.read('/opt/two/mine'), 'not recorded')
})

test('what was published is taken back, and a reboot needs nothing', async () => {
  const { cluster, alder, type, noted, change } = await two()
  alder.machine.write('/etc/file', '1')
  const id = await change(['bank-add', '/etc/file'])
  const removal = await change(['bank-remove', 'file'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', removal), 'done')
  assert.equal(await type('revert', id), 'done')
  assert.deepEqual(noted(), ['bank add file', 'bank remove file'])
  await type('ci')
  await type('lock', 'a reboot')
  await type('reboot')
  await cluster.run(5_000)
  if (!alder.isUp) await cluster.clock.until(alder.start())
  await cluster.meet()
  assert.equal(await type('ci'), 'done')
  await type('lock', 'take it back')
  assert.equal(await type('revert', alder.daemon.branch.journal.head), 'done')
  assert.deepEqual(noted(), [])
})

test('what takes a changeset back can be taken back itself', async () => {
  const { alder, type, change, arrives } = await two()
  alder.machine.write('/etc/a', 'one\n')
  await change(['snap', '/etc/a'])
  alder.machine.write('/etc/a', 'two\n')
  const id = await change(['snap', '/etc/a'])
  const back = await change(['revert', id])
  assert.equal(alder.machine.read('/etc/a'), 'one\n')
  await type('lock', 'after all')
  assert.equal(await type('revert', back), 'done')
  assert.equal(alder.machine.read('/etc/a'), 'two\n')
  await arrives()
})

test('only a whole changeset of the branch is taken back', async () => {
  const { alder, type, change } = await two()
  alder.machine.write('/etc/a', 'one\n')
  const id = await change(['snap', '/etc/a'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', `${id}:0`), 'USAGE')
  assert.equal(await type('revert', 'ffff'), 'NO_SUCH_OPERATION')
})

test('what is void is neither an older version of a file nor taken back', async () => {
  const { alder, type, noted, change, dryRun, arrives } = await two()
  alder.machine.write('/etc/a', 'good\n')
  await change(['snap', '/etc/a'])
  alder.machine.write('/etc/a', 'bad\n')
  const bad = await change(['snap', '/etc/a'])
  alder.machine.write('/etc/a', 'new\n')
  const id = await change(['snap', '/etc/a'])
  await change(['void', `${bad}:0`, 'a slip'])
  await type('lock', 'take it back')
  assert.equal(await type('revert', id), 'done')
  assert.deepEqual([noted(), alder.machine.read('/etc/a')], [['snap /etc/a'], 'good\n'])
  await arrives()
  const { operations, obstacles, remarks } = await dryRun(bad)
  assert.deepEqual([operations, obstacles], [[], []])
  assert.match(remarks.join(), /:0 \(snap \/etc\/a\) is void, by [a-z]+@alder: it is not taken back/)
})
