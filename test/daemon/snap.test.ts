import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, type LabHost, program } from '../harness/lab.ts'
import { isRoot, unlessRootHas, unlessThere } from '../support/tools.ts'
import { setXattr } from '../support/xattrs.ts'

function sh(script: string, cwd: string): string {
  return execFileSync('/bin/sh', ['-ec', script], { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
}

/** Everything that the system's own tools tell of a tree: kinds, modes, owners, times, links, contents, attributes, access lists. */
function inventory(host: LabHost, path: string): string {
  const directory = host.path(path)
  return [
    sh('find . -printf "%P %y %m %U %G %Ts %l\\n" | sort', directory),
    sh('find . -type f -exec sha256sum {} + | sort -k 2', directory),
    sh('find . ! -type l -print0 | sort -z | xargs -0 getfattr -h -m - -d -e hex --', directory),
    sh('find . ! -type l -print0 | sort -z | xargs -0 getfacl -n -p --', directory),
  ].join('\n')
}

/** A lab of two hosts that are connected, and the first of which has the lock. */
async function lockedLab(context: Parameters<typeof Lab.of>[0]) {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  await alder.does('lock', 'because')
  return { alder, birch }
}

async function checkInAndUp(alder: LabHost, birch: LabHost): Promise<void> {
  await alder.does('ci')
  assertDone(await birch.run('up'))
}

const withoutTools = unlessThere('getfattr', 'getfacl', 'setcap')

test('a directory tree arrives with everything that its files have', { skip: withoutTools }, async (context) => {
  const { alder, birch } = await lockedLab(context)
  mkdirSync(alder.path('srv/www/a/b'), { recursive: true })
  const script = `
    echo one > a/one; echo two > a/b/two; : > empty; mkdir void; printf '\\000\\377' > a/b/bytes
    chmod 4711 a/one; chmod 2770 a/b; chmod 1777 void; chmod 600 empty
    ln -s a/one link; ln -s /nowhere/at/all dangling; ln -s a directory-link
    setfattr -n user.colour -v blue a/one; setfattr -n user.colour -v red a
    setfacl -m u:12345:rw a/b/two; setfacl -m d:g:54321:rx a
    touch -d '2001-02-03 04:05:06' a/one; touch -h -d '2002-02-03' link; touch -d '2003-02-03' a/b; touch -d '2004-02-03' a .`
  sh(script, alder.path('srv/www'))
  if (isRoot) {
    const rootScript = `
      chown 4242:4343 a/b/bytes; chown -h 4242:4343 link; chown 4242 void
      cp /bin/true capable; setcap cap_net_bind_service+ep capable; chown 4242 a/one; chmod 4711 a/one
      touch -d '2001-02-03 04:05:06' a/one; touch -d '2004-02-03' .`
    sh(rootScript, alder.path('srv/www'))
  }
  const snapped = await alder.does('snap', '/srv/www')
  const files = isRoot ? 5 : 4
  assert.match(
    snapped.stderr,
    new RegExp(`^isconf: snapped /srv/www: ${files} files, 4 directories, 3 symbolic links \\(`),
  )
  await checkInAndUp(alder, birch)
  assert.equal(inventory(birch, 'srv/www'), inventory(alder, 'srv/www'))
  assert.match(inventory(birch, 'srv/www'), isRoot ? /security\.capability/ : /user\.colour/)
  // What nobody recorded is nobody's business.
  birch.write('srv/www/a/local', 'mine')
  await alder.does('lock', 'again')
  sh('chmod 700 a; setfacl -b a; setfattr -x user.colour a; echo more >> a/b/two', alder.path('srv/www'))
  await alder.does('snap', '/srv/www/')
  await checkInAndUp(alder, birch)
  assert.equal(birch.read('srv/www/a/local'), 'mine')
  const mtimeSeconds = Math.floor(statSync(alder.path('srv/www/a')).mtimeMs / 1000)
  sh(`rm a/local; touch -d @${mtimeSeconds} a`, birch.path('srv/www'))
  assert.equal(inventory(birch, 'srv/www'), inventory(alder, 'srv/www'))
})

test('a program that runs is replaced, and goes on running', async (context) => {
  const { alder, birch } = await lockedLab(context)
  for (const host of [alder, birch]) {
    mkdirSync(host.path('opt'))
    copyFileSync('/bin/sleep', host.path('opt/tool'))
    chmodSync(host.path('opt/tool'), 0o755)
  }
  const running = spawn(birch.path('opt/tool'), ['600'], { stdio: 'ignore' })
  context.after(() => void running.kill('SIGKILL'))
  await once(running, 'spawn')
  alder.write('opt/tool', '#!/bin/sh\necho new\n')
  await alder.does('snap', '/opt/tool')
  await checkInAndUp(alder, birch)
  assert.equal(running.exitCode, null)
  assert.equal(execFileSync(birch.path('opt/tool'), { encoding: 'utf8' }), 'new\n')
})

test('a symbolic link is recorded itself, and replaces what is there but a directory', async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('etc/real', 'real\n')
  symlinkSync('real', alder.path('etc/link'))
  birch.write('etc/link', 'a file\n')
  assert.match((await alder.does('snap', '/etc/link')).stderr, /^isconf: snapped \/etc\/link -> real\n/)
  await checkInAndUp(alder, birch)
  assert.equal(readlinkSync(birch.path('etc/link')), 'real')
  assert.ok(!birch.has('etc/real'))
})

test('hard links of one snap arrive as hard links, and of names that are not recorded it says so', async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('bin/one', 'x\n')
  for (const name of ['bin/two', 'three', 'elsewhere']) linkSync(alder.path('bin/one'), alder.path(name))
  const { stderr } = await alder.does('snap', '/bin', '/three')
  assert.match(stderr, /^isconf: \/bin\/one has 4 names \(hard links\), of which 3 are recorded here: /)
  assert.match(stderr, /\nisconf: snapped \/bin: 2 files, 1 directory \(2 bytes\)\n/)
  assert.match(stderr, /\nisconf: snapped \/three \(2 bytes\)\n/)
  await checkInAndUp(alder, birch)
  const inodes = ['bin/one', 'bin/two', 'three'].map((name) => statSync(birch.path(name)).ino)
  assert.equal(new Set(inodes).size, 1)
  assert.match((await birch.does('show', `${await headOf(birch)}:1`)).stdout, / hardlink {2}\/bin\/one\n/)
})

async function headOf(host: LabHost): Promise<string> {
  const [line = ''] = (await host.does('log', '--oneline')).stdout.split('\n')
  return line.trim().split(' ')[0] ?? ''
}

test('a file where a directory stands, and the reverse, stops up and says so', async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('etc/a', 'file\n')
  mkdirSync(alder.path('etc/b'))
  birch.write('etc/a/inside', 'mine\n')
  birch.write('etc/b', 'mine\n')
  await alder.does('snap', '/etc/a', '/etc/b')
  await alder.does('ci')
  assertRefused(await birch.run('up'), 1, 'cannot install /etc/a: a directory stands there')
  assert.equal(birch.read('etc/a/inside'), 'mine\n')
  execFileSync('rm', ['-r', birch.path('etc/a')])
  assertRefused(await birch.run('up'), 1, 'cannot install /etc/b: a file stands there')
  assert.equal(birch.read('etc/b'), 'mine\n')
})

test('a directory that is recorded again says what is gone, and what the other hosts do with it', async (context) => {
  const { alder, birch } = await lockedLab(context)
  for (const name of ['a', 'b', 'sub/c', 'sub/d']) alder.write(`etc/app.d/${name}`, 'x\n')
  await alder.does('snap', '/etc/app.d')
  await checkInAndUp(alder, birch)
  birch.write('etc/app.d/own', 'mine\n')
  execFileSync('rm', ['-r', alder.path('etc/app.d/b'), alder.path('etc/app.d/sub')])
  await alder.does('lock', 'again')
  const said = 'recorded before, and gone here: /etc/app.d/b, /etc/app.d/sub'
  assertRefused(await alder.run('snap', '/etc/app.d'), 1, said)
  assertRefused(await alder.run('snap', '/etc'), 1, said)
  assert.deepEqual((await alder.status()).work?.operations, [])
  // What was never below it concerns nobody.
  await alder.does('snap', '/etc/app.d/a')
  await alder.does('snap', '--keep', '/etc/app.d')
  await checkInAndUp(alder, birch)
  assert.ok(birch.has('etc/app.d/b') && birch.has('etc/app.d/sub/c'))
  await alder.does('lock', 'once more')
  const { stderr } = await alder.does('snap', '--mirror', '/etc/app.d')
  for (const name of ['b', 'sub'])
    assert.match(stderr, new RegExp(`recorded the removal of /etc/app.d/${name}, which is not here\\n`))
  // It is on record, checked in or not.
  await alder.does('snap', '/etc/app.d')
  await checkInAndUp(alder, birch)
  assert.deepEqual(readdirSync(birch.path('etc/app.d')).sort(), ['a', 'own'])
})

test('a path that has become another kind is replaced on the other hosts, or refused where they would lose more', async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('etc/conf', 'x\n')
  alder.write('srv/tree/x', 'x\n')
  symlinkSync('tree', alder.path('srv/link'))
  await alder.does('snap', '/etc/conf', '/srv/tree/x', '/srv/link')
  await checkInAndUp(alder, birch)
  birch.write('srv/tree/own', 'mine\n')
  for (const name of ['etc/conf', 'srv/tree', 'srv/link']) execFileSync('rm', ['-r', alder.path(name)])
  alder.write('etc/conf/a', 'a\n')
  mkdirSync(alder.path('srv/link'))
  alder.write('srv/tree', 'a file\n')
  await alder.does('lock', 'again')
  const { stderr } = await alder.does('snap', '/etc/conf/a', '/srv/link')
  assert.match(stderr, /\/etc\/conf was a file and is a directory now: the other hosts remove it first\n/)
  assert.match(stderr, /\/srv\/link was a symbolic link and is a directory now: /)
  const refused = await alder.run('snap', '/srv/tree')
  assertRefused(refused, 1, 'recorded as a directory, and no directory now: /srv/tree')
  await checkInAndUp(alder, birch)
  assert.deepEqual([birch.read('etc/conf/a'), birch.read('srv/tree/own')], ['a\n', 'mine\n'])
  assert.ok(lstatSync(birch.path('srv/link')).isDirectory())
  await alder.does('lock', 'once more')
  await alder.does('snap', '--mirror', '/srv/tree')
  await checkInAndUp(alder, birch)
  assert.equal(birch.read('srv/tree'), 'a file\n')
})

test('several paths are recorded together or not at all', async (context) => {
  const { alder } = await lockedLab(context)
  alder.write('etc/a', 'a\n')
  mkdirSync(alder.path('etc/tree/deep'), { recursive: true })
  alder.write('etc/tree/first', 'x\n')
  execFileSync('mkfifo', [alder.path('etc/tree/deep/pipe')])
  assertRefused(await alder.run('snap', '/etc/a', '/etc/missing'), 2, 'no such file: /etc/missing')
  assertRefused(await alder.run('snap', '/etc/a', '/etc/tree'), 22, '/etc/tree/deep/pipe is a named pipe')
  assert.deepEqual((await alder.status()).work?.operations, [])
  execFileSync('rm', [alder.path('etc/tree/deep/pipe')])
  const { stderr } = await alder.does('snap', '/etc/a', '/etc/tree')
  const said = ['snapped /etc/a (2 bytes)', 'snapped /etc/tree: 1 file, 2 directories (2 bytes)']
  assert.equal(stderr, said.map((line) => `isconf: ${line}\n`).join(''))
  assert.deepEqual((await alder.status()).work?.operations, [
    'snap /etc/a',
    'snap /etc/tree/deep/',
    'snap /etc/tree/first',
    'snap /etc/tree/',
  ])
})

test('snap --delete removes here and on every other host, and tells what was not here', async (context) => {
  const { alder, birch } = await lockedLab(context)
  for (const host of [alder, birch]) {
    host.write('etc/old/deep/er', 'x\n')
    host.write('etc/motd', 'x\n')
    host.write('etc/kept', 'x\n')
    symlinkSync('kept', host.path('etc/link'))
  }
  birch.write('etc/only-there', 'x\n')
  const { stderr } = await alder.does('snap', '--delete', '/etc/old', '/etc/motd', '/etc/link', '/etc/only-there')
  const removed = ['/etc/old', '/etc/motd', '/etc/link'].map((path) => `isconf: removed ${path}\n`)
  assert.equal(stderr, `${removed.join('')}isconf: recorded the removal of /etc/only-there, which is not here\n`)
  assert.deepEqual(readdirSync(alder.path('etc')), ['kept'])
  await checkInAndUp(alder, birch)
  assert.deepEqual(readdirSync(birch.path('etc')), ['kept'])
})

test('IS_HOME, and what holds it, is neither recorded nor removed', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  // Its home is beside the root that it stands on: here the root is what holds both.
  alder.env['IS_VOLROOT'] = join(alder.home, '..')
  await lab.start()
  await alder.does('lock', 'because')
  for (const words of [['snap'], ['snap', '--delete']]) {
    assertRefused(await alder.run(...words, '/is'), 22, '/is is IS_HOME')
    assertRefused(await alder.run(...words, '/is/conf'), 22, '/is/conf lies in IS_HOME')
  }
  assertRefused(await alder.run('snap', '/'), 22, '/ holds IS_HOME')
  assertRefused(await alder.run('snap', '--delete', '/'), 22, '/ is not to be removed')
  assert.deepEqual((await alder.status()).work?.operations, [])
  await alder.does('ci')
})

test("another host's IS_HOME is not removed by a removal that was made elsewhere", async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  birch.env['IS_VOLROOT'] = join(birch.home, '..')
  await lab.start()
  await alder.does('lock', 'because')
  assert.match((await alder.does('snap', '--delete', '/is')).stderr, /recorded the removal of \/is, which is not here/)
  await alder.does('ci')
  assertRefused(await birch.run('up'), 1, 'snap --delete /is', '/is is IS_HOME')
  assert.equal((await birch.status()).position, 0)
})

test('a large sparse file arrives with its holes', async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('var/disk.img', 'begin')
  truncateSync(alder.path('var/disk.img'), 40_000_000)
  await alder.does('snap', '/var/disk.img')
  await checkInAndUp(alder, birch)
  const found = statSync(birch.path('var/disk.img'))
  assert.equal(found.size, 40_000_000)
  assert.ok(found.blocks < 1_000, `${found.blocks} blocks`)
  assert.ok(birch.read('var/disk.img').startsWith('begin\0\0'))
})

test('a host whose program has no part for extended attributes says so when it snaps, and stops where it would lose some', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  const bundle = join(lab.directory, 'bundle')
  cpSync(dirname(program), bundle, { recursive: true, filter: (path) => !/\/(node_modules|compiled)$/.test(path) })
  const withoutNative = (argv: readonly string[]) =>
    argv.map((word) => (word === program ? join(bundle, basename(program)) : word))
  birch.inside = withoutNative
  await lab.start()
  await alder.does('lock', 'because')
  alder.write('etc/a', 'x\n')
  await alder.does('snap', '/etc/a')
  setXattr(alder.path('etc/a'), 'user.colour', 'blue')
  await alder.does('snap', '/etc/a')
  await alder.does('ci')
  const refusal =
    /cannot install \/etc\/a: its extended attribute user.colour can't be set: the npm package @koromix\/koffi-\S+ is not here/
  assertRefused(await birch.run('up'), 1, refusal)
  assert.equal((await birch.status()).position, 1)
  await alder.does('lock', 'once more')
  await alder.does('stop')
  alder.inside = withoutNative
  await alder.does('start')
  const { stderr } = await alder.does('snap', '/etc/a')
  assert.match(stderr, /extended attributes, ACLs and capabilities are left out: the npm package \S+ is not here\n/)
})

test('ownership, mode bits and time of a single file arrive', { skip: unlessRootHas() }, async (context) => {
  const { alder, birch } = await lockedLab(context)
  alder.write('usr/tool', 'x\n')
  sh('chown 4242:4343 tool; chmod 6755 tool; touch -d "2001-02-03 04:05:06.789" tool', alder.path('usr'))
  await alder.does('snap', '/usr/tool')
  await checkInAndUp(alder, birch)
  const { mode, uid, gid, mtimeMs } = lstatSync(birch.path('usr/tool'))
  assert.deepEqual([mode & 0o7777, uid, gid], [0o6755, 4242, 4343])
  assert.equal(Math.floor(mtimeMs), lstatSync(alder.path('usr/tool')).mtimeMs)
})

test('a tree that is larger than a changeset is refused, and says what to do', async (context) => {
  const { alder } = await lockedLab(context)
  const directory = alder.path('srv')
  mkdirSync(directory)
  for (let count = 0; count < 14_000; count += 1) writeFileSync(join(directory, `${count}${'x'.repeat(200)}`), '')
  const refused = await alder.run('snap', '/srv')
  assertRefused(refused, 1, /operations of about \d+ bytes do not fit/, 'make the change in several parts')
  assert.deepEqual((await alder.status()).work?.operations, [])
})
