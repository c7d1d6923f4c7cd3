/**
 * What an administrator finds on a machine one day, and what `up` does about it: docs/design/situations.md has it as a
 * table. Whatever can be asked of one host is asked of one, because a daemon takes a second.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertDone, assertRefused, begin, Lab, type LabHost, until } from '../harness/lab.ts'
import { noSmallDisk, SmallDisk } from '../harness/small-disk.ts'
import { unlessRootHas } from '../support/tools.ts'

/** Two hosts: what is recorded on the first waits for an `up` on the second. */
async function originAndTarget(t: TestContext): Promise<[LabHost, LabHost]> {
  const lab = await Lab.of(t, 'alder', 'birch')
  await lab.start()
  return lab.hosts as [LabHost, LabHost]
}

/** Checks in these operations, and waits until the target knows them. */
async function record(alder: LabHost, birch: LabHost, ...verbs: readonly (readonly string[])[]): Promise<void> {
  await alder.does('lock', 'a situation')
  for (const words of verbs) await alder.does(...words)
  await alder.does('ci')
  const { operations } = await alder.status()
  await until(async () => (await birch.status()).operations === operations, 'birch has the journal')
}

/** What stops `up`, in the order of the journal: the path, what is said of it, and what has to go before `up` goes on. */
const obstacles = [
  ['/s/full', 'a directory stands there', 's/full'],
  ['/s/empty', 'a directory stands there', 's/empty'],
  ['/s/link', 'a directory stands there', 's/link'],
  ['/s/file/inside', '/s/file is not a directory', 's/file'],
  ['/s/linked', 'a symbolic link stands there', 's/linked'],
] as const

test('up stops at what is of another kind, says the same as a dry run, loses nothing, and goes on when that is gone', async (t) => {
  const [alder, birch] = await originAndTarget(t)
  for (const name of ['file-for-link', 'full', 'empty', 'file/inside', 'linked/inside'])
    alder.write(`s/${name}`, 'new\n')
  for (const name of ['link-for-file', 'link']) symlinkSync('full', alder.path(`s/${name}`))
  const names = ['file-for-link', 'link-for-file', 'full', 'empty', 'link', 'file', 'linked']
  await record(alder, birch, ['snap', ...names.map((name) => `/s/${name}`)])
  for (const name of ['mine', 'link-for-file', 'full/mine', 'link/mine', 'file']) birch.write(`s/${name}`, 'mine\n')
  for (const name of ['s/empty', 'other']) mkdirSync(birch.path(name))
  symlinkSync('mine', birch.path('s/file-for-link'))
  symlinkSync('../other', birch.path('s/linked'))

  const dry = await birch.run('up', '--dry-run')
  assertRefused(dry, 1, 'would stop at', 'isconf skip')
  assert.match(dry.stdout, /^would do 2 operations;/m)
  for (const [path, said] of obstacles) assert.ok(dry.stdout.includes(`cannot install ${path}: ${said}`), dry.stdout)
  assert.equal(birch.read('s/file-for-link'), 'mine\n')

  for (const [path, said, inTheWay] of obstacles) {
    assertRefused(await birch.run('up'), 1, `cannot install ${path}: ${said}`, 'isconf skip')
    assert.deepEqual(readdirSync(birch.path('other')), [], 'nothing was written through the link')
    rmSync(birch.path(inTheWay), { recursive: true })
  }
  await birch.does('up')
  for (const name of ['file-for-link', 'full', 'empty', 'file/inside', 'linked/inside', 'link'])
    assert.equal(birch.read(`s/${name}`), 'new\n')
  assert.equal(birch.read('s/mine'), 'mine\n')
  const kept = readdirSync(join(birch.home, 'kept/s')).sort()
  assert.match(kept.join(' '), /^file-for-link\.\S+ link-for-file\.\S+$/)
  assert.equal(readlinkSync(join(birch.home, 'kept/s', kept[0]!)), 'mine')
})

test('on a machine whose disks say no', { skip: noSmallDisk() }, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await SmallDisk.under(t, birch, 16 * 1024 * 1024)
  await lab.start()

  await t.test(
    'up stops at an immutable file, as a dry run says, and leaves it and nothing beside it',
    {
      skip: unlessRootHas('chattr'),
    },
    async (t) => {
      const chattr = (flag: string): number | null => spawnSync('chattr', [flag, birch.path('s/b')]).status
      birch.write('s/b', 'old\n')
      if (chattr('+i') !== 0) return t.skip('the disk of the temporary directory has no immutable files')
      for (const name of ['a', 'b', 'c']) alder.write(`s/${name}`, 'new\n')
      const said = ['cannot install /s/b', 'is immutable (lsattr)', 'chattr -i']
      try {
        await record(alder, birch, ['snap', '/s/a', '/s/b', '/s/c'])
        const dry = await birch.run('up', '--dry-run')
        assertRefused(dry, 1, ...said)
        assert.match(dry.stdout, /^would do 1 operation;/m)
        assertRefused(await birch.run('up'), 1, ...said)
        assert.deepEqual([readdirSync(birch.path('s')).sort(), birch.read('s/b')], [['a', 'b'], 'old\n'])
      } finally {
        chattr('-i')
      }
      await birch.does('up')
      assert.equal(birch.read('s/b') + birch.read('s/c'), 'new\nnew\n')
    },
  )

  await t.test(
    'up stops at the file that has no room, as a dry run says, and goes on there when there is',
    async () => {
      const directory = birch.path('disk')
      /** Where birch's disks are mounted. */
      const inside = async (script: string): Promise<string> =>
        assertDone(await begin(birch.inside(['sh', '-ec', script, 'sh', directory], directory), {}).done).stdout
      mkdirSync(directory)
      await inside('mount -t tmpfs -o size=1m tmpfs "$1"; for name in a b c; do echo old > "$1/$name"; done')
      for (const name of ['a', 'c']) alder.write(`disk/${name}`, 'new\n')
      alder.write('disk/b', Buffer.alloc(2_000_000, 'x'))
      await record(alder, birch, ['snap', '/disk/a', '/disk/b', '/disk/c'])
      const said = ['cannot install /disk/b: there is no room on the file system at', directory]
      assertRefused(await birch.run('up', '--dry-run'), 1, ...said)
      assertRefused(await birch.run('up'), 1, ...said)
      assert.equal(await inside('cd "$1"; ls -A; cat a b c'), 'a\nb\nc\nnew\nold\nold\n')
      await inside('mount -o remount,size=8m "$1"')
      await birch.does('up')
      assert.equal(await inside('cd "$1"; ls -A; cat a c; wc -c < b'), 'a\nb\nc\nnew\nnew\n2000000\n')
    },
  )
})

test('a restart behind a failure is done by the next up, two at once do it once, and a change by hand is told by verify', async (t) => {
  const [alder, birch] = await originAndTarget(t)
  alder.write('tmp/conf', 'new\n')
  for (const name of ['needed', 'go']) alder.write(`tmp/${name}`, '')
  const restart = 'echo restarted >> restarts; until test -e go; do sleep 0.05; done'
  const verbs = [
    ['snap', 'conf'],
    ['exec', 'test', '-e', 'needed'],
    ['exec', 'sh', '-c', restart],
  ]
  await record(alder, birch, ...verbs)
  assertRefused(await birch.run('up'), 1, 'it ended with exit status 1')
  assert.deepEqual([birch.read('tmp/conf'), birch.has('tmp/restarts')], ['new\n', false])

  birch.write('tmp/needed', '')
  const first = birch.begin({}, 'up')
  await until(() => birch.has('tmp/restarts'), 'the service is restarted')
  assertRefused(await birch.run('up'), 4, 'isconf up')
  birch.write('tmp/go', '')
  assertDone(await first.done)
  assert.match((await birch.does('up')).stderr, /^isconf: nothing to do; .* \(3 operations\)$/m)
  assert.equal(birch.read('tmp/restarts'), 'restarted\n')

  birch.write('tmp/conf', 'by hand\n')
  await birch.does('up')
  assert.equal(birch.read('tmp/conf'), 'by hand\n', 'up does what is not done, and compares nothing')
  const verified = await birch.run('verify')
  assert.equal(verified.status, 1)
  assert.match(verified.stdout, /^changed +\/tmp\/conf .*content: 8 bytes instead of 4 bytes\n$/)
  await birch.does('verify', '--restore', '/tmp/conf')
  assert.equal(birch.read('tmp/conf'), 'new\n')
})
