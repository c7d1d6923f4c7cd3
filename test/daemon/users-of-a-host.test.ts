/** What a plain user of a target can put in the way of root's `up`, and how the host gets past it. Needs root. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { changeableByOthers } from '../../src/base/changeable.io.ts'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'
import { unlessRootHas } from '../support/tools.ts'

const ann = 1234

test('up moves a link of a user aside, and stops at a directory that is open to users, which it names with the way past', {
  skip: unlessRootHas(),
}, async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  chmodSync(lab.directory, 0o755)
  for (const host of [alder, birch]) {
    for (const path of [join(lab.directory, host.name), host.root]) chmodSync(path, 0o755)
    chmodSync(host.path('/tmp'), 0o1777)
    mkdirSync(host.path('/home/ann'), { recursive: true })
    chownSync(host.path('/home/ann'), ann, ann)
  }
  if (changeableByOthers(alder.path('/tmp')) === undefined)
    return t.skip('the temporary directory is hidden from others: this was NOT tested')
  await lab.start()
  mkdirSync(alder.path('/home/ann/conf'))
  writeFileSync(alder.path('/home/ann/conf/shadow'), 'harmless\n')
  await alder.does('lock', 'a file of ann, and a command')
  await alder.does('snap', '/home/ann/conf/shadow')
  assert.match(
    (await alder.does('exec', 'touch', 'made')).stderr,
    /\/tmp can be changed by everybody \(mode 1777\), so/,
  )
  assert.match((await alder.does('snap', 'made')).stderr, /\/tmp\/made is root's, and others can put something else/)
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 3, 'birch has the journal')

  mkdirSync(birch.path('/etc'))
  writeFileSync(birch.path('/etc/shadow'), 'secret\n')
  symlinkSync('/etc', birch.path('/home/ann/conf'))
  lchownSync(birch.path('/home/ann/conf'), ann, ann)
  const first = await birch.run('up')
  assertRefused(first, 1, '/tmp can be changed by everybody (mode 1777)', 'IS_SHARED_DIRECTORIES=/tmp')
  assert.match(
    first.stdout + first.stderr,
    /\/home\/ann\/conf: a symbolic link of \S+.* is now \/home\/ann\/conf\.moved-aside-/,
  )
  assert.equal(readFileSync(birch.path('/etc/shadow'), 'utf8'), 'secret\n')
  assert.ok(birch.has('home/ann/conf/shadow') && !birch.has('tmp/made'))
  writeFileSync(birch.mainCfPath, 'DEFAULT:\n  IS_SHARED_DIRECTORIES=/tmp\n')
  await birch.stop()
  await birch.start()
  await birch.does('up')
  assert.ok(birch.has('tmp/made'))
})
