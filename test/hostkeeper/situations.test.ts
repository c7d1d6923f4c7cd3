/** What an administrator finds one day, for isync and `hostkeeper run`: docs/design/situations.md has it as a table. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, describe } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { hostkeeperHost } from './host.ts'
import { makeHost, stateInMake } from './make-host.ts'

test('isync refuses what is of another kind, with -n as without, and keeps the link or file that -o replaces', async (t) => {
  const host = hostkeeperHost(t, {
    'root/etc/full/mine': 'mine\n',
    'root/etc/link/mine': 'mine\n',
    'root/etc/file': 'mine\n',
    'root/etc/link-for-file': 'mine\n',
  })
  for (const name of ['a', 'full', 'empty', 'file/inside', 'file-for-link'])
    host.write(`isconf/tree/files/etc/${name}`, 'new\n')
  for (const name of ['link', 'link-for-file']) symlinkSync('a', host.path(`isconf/tree/files/etc/${name}`))
  mkdirSync(host.path('root/etc/empty'))
  symlinkSync('file', host.path('root/etc/file-for-link'))
  const before = readdirSync(host.path('root/etc')).sort()
  for (const name of ['full', 'empty', 'link', 'file']) {
    for (const flag of ['-no', '-o']) {
      const run = await host.run('isync', flag, 'etc/a', `etc/${name}`)
      assert.equal(run.status, 1, describe(run))
      assert.ok(run.stderr.includes(host.path(`root/etc/${name}`)), describe(run))
      assert.match(run.stderr, /^isync: hint: nothing was installed; /m, describe(run))
    }
  }
  for (const name of ['file-for-link', 'link-for-file']) {
    const run = await host.run('isync', 'etc/a', `etc/${name}`)
    assert.equal(run.status, 1, describe(run))
    // It was there before isync was.
    assert.match(run.stderr, /^isync: error: neither as isync installed it nor as in the tree: /, describe(run))
  }
  assert.deepEqual(readdirSync(host.path('root/etc')).sort(), before)

  assertDone(await host.run('isync', '-o', 'etc/file-for-link', 'etc/link-for-file'))
  const kept = readdirSync(host.path('isconf/kept/etc')).sort()
  assert.match(kept.join(' '), /^file-for-link\.\S+ link-for-file\.\S+$/)
  assert.equal(readlinkSync(host.path(`isconf/kept/etc/${kept[0]}`)), 'file')
  assert.equal(host.read(`isconf/kept/etc/${kept[1]}`) + host.read('root/etc/file'), 'mine\nmine\n')
})

const makeTest = testWith('make')

makeTest('a restart behind a step that fails is done by the next run, once', async (t) => {
  const steps = `\ta:
\ttouch $@
b: a
\ttest -e ${stateInMake}/mended
\ttouch $@
restart: b
\techo restarted >> ${stateInMake}/restarts
\ttouch $@
`
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': `all: restart\n${steps.trimStart()}` })
  const failed = await host.run(['run', 'BOOT'])
  assert.equal(failed.status, 2, describe(failed))
  assert.match(failed.stderr, /make failed at b with status 2/)
  assert.deepEqual(host.stampNames(), ['a'])
  writeFileSync(join(host.state, 'mended'), '')
  for (let runs = 0; runs < 2; runs += 1) assertDone(await host.run(['run', 'BOOT']))
  assert.equal(readFileSync(join(host.state, 'restarts'), 'utf8'), 'restarted\n')
})

makeTest(
  'an intermediate step is done again with the one that fails behind it, and not when all is done',
  async (t) => {
    const text = `all: x.c
%.b: %.a
\t@echo doing $@
\t@touch $@
%.c: %.b
\t@test -e ${stateInMake}/mended
\t@touch $@
x.a:
\t@touch $@
`
    const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': text })
    assert.equal((await host.run(['run', 'BOOT'])).status, 2)
    assert.deepEqual(host.stampNames(), ['x.a'])
    writeFileSync(join(host.state, 'mended'), '')
    assert.match(assertDone(await host.run(['run', 'BOOT'])).stdout, /^doing x\.b$/m)
    assert.deepEqual(host.stampNames(), ['x.a', 'x.c'])
    assert.doesNotMatch(assertDone(await host.run(['run', 'BOOT'])).stdout, /doing/)
  },
)
