import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, until } from '../harness/lab.ts'
import { noSmallDisk, SmallDisk } from '../harness/small-disk.ts'

const skip = noSmallDisk()
const mib = 1024 * 1024
const pageBytes = 4096
/** More than the last page of any file has room for. */
const longWord = 'x'.repeat(20_000)

test('a full disk on the origin: nothing half done, and all goes on when there is room', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  const disk = await SmallDisk.under(context, alder!, 4 * mib)
  await lab.start()
  await alder!.does('lock', 'little room')
  await alder!.does('exec', 'echo', 'one')
  alder!.write('tmp/large', Buffer.alloc(8 * mib, 'x'))
  assertRefused(await alder!.run('snap', 'large'), 223, 'no space left', 'nothing was left half-written')
  assert.deepEqual(readdirSync(join(disk.home, 'store/partial')), [])

  disk.fill()
  // Before it is run: it could not be noted that it may have changed something.
  assertRefused(await alder!.run('exec', 'touch', 'run', longWord), 223, 'conf/deviations', 'no space left')
  assert.ok(!alder!.has('tmp/run'))
  assert.equal((await alder!.status()).work?.operations.length, 1)
  const wip = readFileSync(join(disk.home, 'journal.wip'), 'utf8')
  assert.equal(wip.trimEnd().split('\n').length, 2)
  disk.empty()
  await alder!.does('exec', 'echo', longWord)
  disk.fill()
  assertRefused(await alder!.run('ci'), 223, 'no space left')
  const { operations, lock, work } = await alder!.status()
  assert.deepEqual([operations, lock?.host, work?.operations.length], [0, 'alder', 2])
  assert.equal((await birch!.status()).operations, 0)
  assertRefused(await birch!.run('lock', 'me'), 220, 'luke@alder')

  disk.empty()
  assert.match(assertDone(await alder!.run('ci')).stderr, /2 operations, stored on 2 hosts/)
  assert.match((await birch!.does('up')).stdout, /^one\nx+\n$/)
  assert.equal((await alder!.status()).pending, 0)
})

test('a disk that is full when the daemon starts is named', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const disk = await SmallDisk.under(context, alder!, 4 * mib)
  disk.fill()
  assertRefused(await alder!.run('start'), 223, /no space left/i, alder!.home)
  disk.empty()
  await alder!.start()
  await alder!.stop()
})

test('a full disk on a target: what was there stays, and up goes on when there is room', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  const disk = await SmallDisk.under(context, birch!, 4 * mib)
  await lab.start()
  disk.fill(mib)
  birch!.write('tmp/large', 'what was there before\n')
  alder!.write('tmp/large', Buffer.alloc(2 * mib, 'x'))
  await alder!.does('lock', 'large')
  await alder!.does('exec', 'touch', 'first')
  await alder!.does('snap', 'large')
  await alder!.does('ci')
  await until(async () => (await birch!.status()).operations === 2, 'birch has the journal')
  assertRefused(await birch!.run('up'), 1, 'there is no room to fetch it')
  assert.equal(birch!.read('tmp/large'), 'what was there before\n')
  assert.equal((await birch!.status()).position, birch!.has('tmp/first') ? 1 : 0)
  disk.empty()
  await birch!.does('up')
  assert.equal(birch!.read('tmp/large'), alder!.read('tmp/large'))
})

test('a log that cannot be written does not end the daemon', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  const disk = await SmallDisk.under(context, alder!, 4 * mib)
  await alder!.start()
  const log = join(disk.home, 'log/isconf.log')
  // To the end of its last page, so that the next line needs another one.
  appendFileSync(log, `${' '.repeat(pageBytes - 1 - (statSync(log).size % pageBytes))}\n`)
  disk.fill()
  const before = statSync(log).size
  writeFileSync(join(birch!.home, 'conf/domain'), 'elsewhere.example.com\n')
  await birch!.start()
  await until(async () => (await alder!.status()).mesh.refused > 0, 'alder has turned birch away')
  assert.equal(statSync(log).size, before, 'there was no room for what the log has to say of it')
  await alder!.does('stop')
  assert.ok(!existsSync(join(disk.home, 'conf/.ctl')), 'the daemon has come to its proper end')
  disk.empty()
  await alder!.start()
})

test('render onto a full disk leaves what was there, and nothing beside it', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const disk = await SmallDisk.under(context, alder!, mib)
  alder!.write('tmp/template', `${longWord}\n`)
  writeFileSync(join(disk.home, 'made'), 'as it was\n')
  disk.fill()
  const made = join(alder!.home, 'made')
  assertRefused(await alder!.run('render', 'template', made), 1, `cannot write ${made}: no space left on device`)
  assert.equal(readFileSync(join(disk.home, 'made'), 'utf8'), 'as it was\n')
  assert.deepEqual(readdirSync(disk.home).sort(), ['conf', 'filler', 'made'])
  disk.empty()
  assertDone(await alder!.run('render', 'template', made))
  assert.equal(statSync(join(disk.home, 'made')).size, longWord.length + 1)
})

test('a voter with a full disk holds nobody up, and is named by every change', { skip }, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  const disk = await SmallDisk.under(context, birch!, 4 * mib)
  await lab.start()
  disk.fill()
  for (const round of [1, 2]) {
    await alder!.does('lock', `round ${round}`)
    await alder!.does('exec', 'echo', longWord)
    const { stderr } = await alder!.does('ci')
    assert.match(
      stderr,
      /birch can't keep what is agreed: .*no (space left on device|room for .*IS_RESERVE.*); the others go on without it\n/,
    )
    assert.match(stderr, /1 operation, stored on 1 host\n/)
  }
  assert.match((await alder!.status()).warnings.join('\n'), /birch can't keep what is agreed: /)
  assertRefused(await birch!.run('up'), 3, /alder has \d changesets? of .*no (space left on device|room for )/)
  disk.empty()
  assert.match((await birch!.does('up')).stderr, /did 2 operations/)
})

test('what arrives leaves IS_RESERVE free, is told by name, and comes when there is room', {
  skip,
}, async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await SmallDisk.under(context, birch!, 64 * mib)
  birch!.env['IS_RESERVE'] = '50M'
  await lab.start()
  await alder!.does('lock', 'a large file')
  alder!.write('tmp/large', Buffer.alloc(20 * mib, 'x'))
  await alder!.does('snap', 'large')
  await alder!.does('ci')
  const refused = await birch!.run('up')
  assertRefused(refused, 223, /no room for \d+ bytes from other hosts beside IS_RESERVE \(50M of the disk/)
  const [, operation = ''] = refused.stderr.match(/1\/1 (\S+) snap/) ?? []
  const { warnings } = await birch!.status()
  assert.match(warnings.join('\n'), /1 file of 20971520 bytes from other hosts not fetched: no room .*IS_RESERVE/)
  // The others go on, and so does what birch does itself.
  await birch!.does('skip', operation, '-m', 'no room')
  await birch!.does('lock', 'its own')
  await birch!.does('exec', 'true')
  await birch!.does('ci')
  await birch!.stop()
  birch!.env['IS_RESERVE'] = '1M'
  await birch!.start()
  await until(async () => !(await birch!.status()).warnings.join().includes('IS_RESERVE'), 'the file has come')
})
