/** isync, as a person or a makefile calls it. */
import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryName } from '../../src/base/index.ts'
import { processStart } from '../../src/base/pid-file.io.ts'
import { Walk } from '../../src/base/walk.io.ts'
import { setAttributes } from '../../src/hostkeeper/isync/entry.io.ts'
import { assertDone, assertNoTrace, describe, type Run } from '../harness/run.ts'
import { noSmallDisk } from '../harness/small-disk.ts'
import { unlessRootHas } from '../support/tools.ts'
import { type HostkeeperHost, hostkeeperHost } from './host.ts'

const modeOf = (host: HostkeeperHost, name: string): string => (lstatSync(host.path(name)).mode & 0o7777).toString(8)

function assertRefused(run: Run, status: number, ...words: readonly string[]): void {
  assert.equal(run.status, status, describe(run))
  assertNoTrace(run)
  assert.match(run.stderr, /^isync: error: .*\nisync: hint: .*\n$/, describe(run))
  for (const word of words) assert.ok(run.stderr.includes(word), `${word} is not in\n${describe(run)}`)
}

test('isync installs a file of the tree, once, with the mode it has there, and makes its directories', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/ntp/ntp.conf': 'server ntp1\n' })
  chmodSync(host.path('isconf/tree/files/etc/ntp/ntp.conf'), 0o640)
  const first = assertDone(await host.run('isync', 'etc/ntp/ntp.conf'))
  assert.equal(first.stderr, `isync: installed ${host.path('root/etc/ntp/ntp.conf')}\n`)
  assert.equal(host.read('root/etc/ntp/ntp.conf'), 'server ntp1\n')
  assert.equal(modeOf(host, 'root/etc/ntp/ntp.conf'), '640')
  assert.equal(modeOf(host, 'root/etc/ntp'), '755')
  assert.deepEqual(readdirSync(host.path('root/etc/ntp')), ['ntp.conf'])

  const { ino } = statSync(host.path('root/etc/ntp/ntp.conf'))
  const again = assertDone(await host.run('isync', '/etc/ntp/ntp.conf'))
  assert.equal(again.stderr + again.stdout, '')
  assert.equal(statSync(host.path('root/etc/ntp/ntp.conf')).ino, ino)
})

test('isync prefers FILE.HOSTNAME with the full name, then with the short one', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/a': 'a of all\n',
    'isconf/tree/files/etc/a.scramjet': 'a of scramjet\n',
    'isconf/tree/files/etc/b.scramjet': 'b of scramjet\n',
    'isconf/tree/files/etc/b.scramjet.example.com': 'b of scramjet.example.com\n',
  })
  assertDone(await host.run('isync', 'etc/a', 'etc/b', 'etc/b.scramjet'))
  assert.equal(host.read('root/etc/a'), 'a of scramjet\n')
  assert.equal(host.read('root/etc/b'), 'b of scramjet.example.com\n')
  assert.equal(host.read('root/etc/b.scramjet'), 'b of scramjet\n')
  assertDone(await host.begin(['isync', 'etc/a'], { IS_HOSTNAME: 'voyager' }).done)
  assert.equal(host.read('root/etc/a'), 'a of all\n')
})

test('a name that ends in another host is left out only where it is a variant, and what is left out is said', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/hosts.conf': 'DEFAULT:\nexample.org:\nweb2:\nScramjet: A=1\n',
    'isconf/tree/files/etc/bind/db.example.org': 'zone\n',
    'isconf/tree/files/etc/bind/a': 'a of all\n',
    'isconf/tree/files/etc/bind/a.WEB2': 'a of web2\n',
    'isconf/tree/files/etc/bind/a.SCRAMJET': 'a of scramjet\n',
  })
  const { stderr } = assertDone(await host.run('isync', 'etc/bind'))
  assert.match(stderr, /^isync: left out, for other hosts: etc\/bind\/a\.WEB2$/m)
  assert.deepEqual(readdirSync(host.path('root/etc/bind')).sort(), ['a', 'db.example.org'])
  assert.equal(host.read('root/etc/bind/a'), 'a of scramjet\n')
  assertDone(await host.run('isync', 'etc/bind/a'))
  assert.equal(host.read('root/etc/bind/a'), 'a of scramjet\n')
})

test('isync follows the tree, and refuses to overwrite what was changed here; -o does, and keeps a copy', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/ntp.conf': 'one\n' })
  const target = host.path('root/etc/ntp.conf')
  assertDone(await host.run('isync', 'etc/ntp.conf'))
  host.write('isconf/tree/files/etc/ntp.conf', 'two\n')
  assertDone(await host.run('isync', 'etc/ntp.conf'))
  assert.equal(host.read('root/etc/ntp.conf'), 'two\n')

  host.write('root/etc/ntp.conf', 'by hand\n')
  chmodSync(target, 0o600)
  assertRefused(await host.run('isync', 'etc/ntp.conf'), 1, target, 'isync -o')
  assert.equal(host.read('root/etc/ntp.conf'), 'by hand\n')
  assert.ok(!readdirSync(host.path('isconf')).includes('kept'))

  const { stderr } = assertDone(await host.run('isync', '-o', 'etc/ntp.conf'))
  assert.ok(stderr.includes(host.path('isconf/kept/etc/ntp.conf.')), stderr)
  assert.equal(host.read('root/etc/ntp.conf'), 'two\n')
  const kept = readdirSync(host.path('isconf/kept/etc'))
  assert.match(kept.join(), /^ntp\.conf\.\d{8}T\d{6}Z$/)
  assert.equal(host.read(`isconf/kept/etc/${kept[0]}`), 'by hand\n')
  assert.equal(modeOf(host, `isconf/kept/etc/${kept[0]}`), '600')
  assertDone(await host.run('isync', '-o', 'etc/ntp.conf'))
  assert.equal(readdirSync(host.path('isconf/kept/etc')).length, 1)
})

test('a file that was there before isync is a local change, unless it is as in the tree', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/a': 'tree\n',
    'isconf/tree/files/etc/b': 'same\n',
    'root/etc/a': 'distribution\n',
    'root/etc/b': 'same\n',
  })
  assertRefused(await host.run('isync', 'etc/a'), 1, host.path('root/etc/a'))
  assertDone(await host.run('isync', 'etc/b'))
  host.write('isconf/tree/files/etc/b', 'newer\n')
  assertDone(await host.run('isync', 'etc/b'))
  assert.equal(host.read('root/etc/b'), 'newer\n')
})

test('of several files all or none are installed', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/a': 'a\n',
    'isconf/tree/files/etc/b': 'b\n',
    'isconf/tree/files/etc/c/d': 'd\n',
    'root/etc/b': 'by hand\n',
    'root/etc/c': 'a file\n',
  })
  assertRefused(await host.run('isync', 'etc/a', 'etc/b'), 1, host.path('root/etc/b'))
  assertRefused(await host.run('isync', 'etc/a', 'etc/nothing'), 2, 'files/etc/nothing', 'etc/nothing.scramjet')
  assertRefused(await host.run('isync', '-o', 'etc/a', 'etc/c/d'), 1, host.path('root/etc/c'), 'not a directory')
  assertRefused(await host.run('isync', '-o', 'etc/a', 'etc/c'), 1, host.path('root/etc/c'))
  assert.deepEqual(readdirSync(host.path('root/etc')).sort(), ['b', 'c'])
})

test('the manifest gives mode and owner to files, and to all below a directory', {
  skip: unlessRootHas(),
}, async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/var/lib/x/y': 'y\n',
    'isconf/tree/files/var/lib/z': 'z\n',
    'isconf/tree/manifest':
      "# who has what\nvar/lib/x 0750 0:12\n/var/lib/** 0604 12:13\n'var/lib/z' - daemon:daemon\n",
  })
  assertDone(await host.run('isync', 'var/lib'))
  const owner = (name: string): string => `${lstatSync(host.path(name)).uid}:${lstatSync(host.path(name)).gid}`
  assert.deepEqual([modeOf(host, 'root/var/lib/x'), owner('root/var/lib/x')], ['750', '0:12'])
  assert.deepEqual([modeOf(host, 'root/var/lib/x/y'), owner('root/var/lib/x/y')], ['604', '12:13'])
  assert.deepEqual([modeOf(host, 'root/var/lib/z'), owner('root/var/lib/z')], ['644', '1:1'])
  assert.deepEqual([modeOf(host, 'root/var/lib'), owner('root/var/lib')], ['755', '0:0'])
  // What was altered here is set right without a new file.
  chmodSync(host.path('root/var/lib/z'), 0o666)
  const { ino } = statSync(host.path('root/var/lib/z'))
  assertDone(await host.run('isync', 'var/lib/z'))
  assert.equal(modeOf(host, 'root/var/lib/z'), '644')
  assert.equal(statSync(host.path('root/var/lib/z')).ino, ino)

  host.write('isconf/tree/manifest', 'var/lib/z 0644 nobody-of-that-name:daemon\n')
  assertRefused(await host.run('isync', 'var/lib/z'), 22, 'manifest:1', 'no user "nobody-of-that-name"')
})

test('a mistake in the manifest is told with file and line, and nothing is installed', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/a': 'a\n' })
  for (const [line, words] of [
    ['etc/a 0644', 'PATH MODE OWNER:GROUP'],
    ['etc/a rw- root:root', 'octal'],
    ['etc/a 0644 root', 'OWNER:GROUP'],
    ['etc/../a 0644 root:root', 'not a path'],
    ['etc/*.conf 0644 root:root', '*'],
    ["etc/'a 0644 root:root", 'quote'],
    ['etc/b 0644 root:root', 'manifest:1'],
  ] as const) {
    host.write('isconf/tree/manifest', `etc/b 0644 root:root\n${line}\n`)
    assertRefused(await host.run('isync', 'etc/a'), 22, 'manifest:2', words)
  }
  assert.deepEqual(readdirSync(host.path('root')), [])
})

test('a directory is installed with all below it, symbolic links as links, without the files of other hosts', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/hosts.conf': 'DEFAULT: PACKAGES=Block00\nvoyager: PACKAGES=exclude\nnode0.example.com: A=b\n',
    'isconf/tree/files/etc/x/a': 'a\n',
    'isconf/tree/files/etc/x/a.voyager': 'not here\n',
    'isconf/tree/files/etc/x/a.node0': 'not here\n',
    'isconf/tree/files/etc/x/a.scramjet': 'a here\n',
    'isconf/tree/files/etc/x/only.scramjet': 'only here\n',
    'isconf/tree/files/etc/x/only.voyager': 'not here\n',
    'isconf/tree/files/etc/x/a.bak': 'a name with a dot\n',
    'isconf/tree/files/etc/x/deep/er/b': 'b\n',
  })
  symlinkSync('a', host.path('isconf/tree/files/etc/x/link'))
  assertDone(await host.run('isync', 'etc/x'))
  assert.deepEqual(readdirSync(host.path('root/etc/x')).sort(), ['a', 'a.bak', 'deep', 'link', 'only'])
  assert.equal(host.read('root/etc/x/a'), 'a here\n')
  assert.equal(host.read('root/etc/x/deep/er/b'), 'b\n')
  assert.equal(readlinkSync(host.path('root/etc/x/link')), 'a')
  const leftOut = 'isync: left out, for other hosts: etc/x/a.node0, etc/x/a.voyager, etc/x/only.voyager\n'
  assert.equal(assertDone(await host.run('isync', 'etc/x')).stderr, leftOut)
})

test('a link in the place of a file is a local change, and is not followed', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/ntp.conf': 'tree\n',
    'root/etc/ntp.conf.scramjet': 'by the link\n',
  })
  symlinkSync('ntp.conf.scramjet', host.path('root/etc/ntp.conf'))
  assertRefused(await host.run('isync', 'etc/ntp.conf'), 1, host.path('root/etc/ntp.conf'))
  assertDone(await host.run('isync', '-o', 'etc/ntp.conf'))
  assert.ok(lstatSync(host.path('root/etc/ntp.conf')).isFile())
  assert.equal(host.read('root/etc/ntp.conf.scramjet'), 'by the link\n')
  const [kept] = readdirSync(host.path('isconf/kept/etc'))
  assert.equal(readlinkSync(host.path(`isconf/kept/etc/${kept}`)), 'ntp.conf.scramjet')
})

test('links of directories are followed below the root and never out of it', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/a/b': 'b\n', 'outside/keep': '' })
  mkdirSync(host.path('root/usr/etc'), { recursive: true })
  symlinkSync('/usr/etc', host.path('root/etc'))
  symlinkSync('../../../../../../../../../../outside', host.path('root/usr/etc/a'))
  mkdirSync(host.path('root/outside'))
  assertDone(await host.run('isync', 'etc/a/b'))
  assert.equal(host.read('root/outside/b'), 'b\n')
  assert.deepEqual(readdirSync(host.path('outside')), ['keep'])

  host.write('isconf/tree/files/var/x/c', 'c\n')
  mkdirSync(host.path('root/var'))
  symlinkSync('/usr/etc', host.path('root/var/x'))
  assertDone(await host.run('isync', 'var/x/c'))
  assert.equal(host.read('root/usr/etc/c'), 'c\n')

  host.write('isconf/tree/files/opt/x/y', 'y\n')
  symlinkSync(host.path('outside'), host.path('root/opt'))
  assertRefused(await host.run('isync', 'opt/x/y'), 1, 'symbolic link')
  assert.deepEqual(readdirSync(host.path('outside')), ['keep'])
})

test('a link to a directory serves where the tree has a directory', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/bin/tool': '#!/bin/sh\n', 'root/usr/bin/sh': '' })
  symlinkSync('usr/bin', host.path('root/bin'))
  assertDone(await host.run('isync', '.'))
  assert.equal(readlinkSync(host.path('root/bin')), 'usr/bin')
  assert.deepEqual(readdirSync(host.path('root/usr/bin')).sort(), ['sh', 'tool'])
})

test('a disk that fills up leaves every file as it was', { skip: noSmallDisk() }, async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/a': 'old\n',
    'isconf/tree/files/etc/b/large': 'x'.repeat(4_000_000),
  })
  const script = `mount -t tmpfs -o size=1m tmpfs "$1" && mkdir "$1/etc" && isync etc/a
    echo new > "$2/etc/a"
    isync etc
    echo $?
    cd "$1" && cat etc/a && find . -type f -o -name b`
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh']
  const argv = ['unshare', ...words, host.path('root'), host.path('isconf/tree/files')]
  const { stdout, stderr } = assertDone(await host.begin(argv).done)
  assert.equal(stdout, '223\nold\n./etc/a\n', stderr)
  assert.ok(stderr.includes(`there is no room left on the file system at ${host.path('root')} `), stderr)
})

test('of several files all or none are installed, also where one cannot be replaced, and a full disk is named', {
  skip: noSmallDisk(),
}, async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/manifest': 'etc/a 0600 -\n' })
  for (const name of ['a', 'b', 'c']) host.write(`isconf/tree/files/etc/${name}`, `new ${name}\n`)
  // A mount is what no rename takes the place of; nobody sees that before it is tried.
  const script = `mkdir "$1/etc" && cd "$1/etc" && echo new a > a && chmod 644 a && echo mine > b && mount --bind b b
    isync -o etc/c etc/a etc/b; echo $?; ls -A; stat -c %a a; cat b
    umount b && isync -o etc/c etc/a etc/b && ls -A && cat b`
  const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', host.path('root')]
  const { stdout, stderr } = assertDone(await host.begin(argv).done)
  assert.equal(stdout, '1\na\nb\n644\nmine\na\nb\nc\nnew b\n', stderr)
  assert.match(stderr, /etc\/b: .*\nisync: hint: nothing was installed/)
})

test('an immutable file keeps all others from being installed', {
  skip: unlessRootHas('chattr'),
}, async (t) => {
  const host = hostkeeperHost(t, { 'root/etc/b': 'old\n' })
  for (const name of ['a', 'b', 'c']) host.write(`isconf/tree/files/etc/${name}`, `new ${name}\n`)
  const { status } = await host.run('chattr', '+i', host.path('root/etc/b'))
  if (status !== 0) return t.skip('the disk of the temporary directory has no immutable files')
  try {
    for (const flag of ['-no', '-o'])
      assertRefused(await host.run('isync', flag, 'etc'), 1, 'etc/b is immutable (lsattr)', 'nothing was installed')
    assert.deepEqual(readdirSync(host.path('root/etc')), ['b'])
    assert.ok(!readdirSync(host.path('isconf')).includes('kept'))
  } finally {
    await host.run('chattr', '-i', host.path('root/etc/b'))
  }
})

test('a link that another user made decides nothing', { skip: unlessRootHas() }, async (t) => {
  const { lchownSync } = await import('node:fs')
  const host = hostkeeperHost(t, { 'isconf/tree/files/home/u/b': 'b\n', 'root/etc/keep': '' })
  mkdirSync(host.path('root/home'))
  symlinkSync('/etc', host.path('root/home/u'))
  lchownSync(host.path('root/home/u'), 65_534, 65_534)
  assertRefused(await host.run('isync', 'home/u/b'), 1, 'belongs to user 65534')
  assert.deepEqual(readdirSync(host.path('root/etc')), ['keep'])
})

test('isync -n shows what it would do, and does nothing', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/a': 'a\n',
    'isconf/tree/files/etc/b': 'b\n',
    'root/etc/b': 'by hand\n',
  })
  const run = await host.run('isync', '-n', 'etc/a', 'etc/b')
  assert.equal(run.status, 1)
  const rows = run.stdout.split('\n').map((line) => line.split(/\s+/))
  assert.deepEqual(
    rows.map(([action, , , path]) => [action, path]),
    [
      ['install', host.path('root/etc/a')],
      ['refuse', host.path('root/etc/b')],
      ['', undefined],
    ],
  )
  assert.match(assertDone(await host.run('isync', '-no', 'etc/b')).stdout, /^overwrite /)
  assert.deepEqual(readdirSync(host.path('isconf')), ['tree'])
  assert.deepEqual(readdirSync(host.path('root/etc')), ['b'])
})

test('wrong use of isync is told with status 22, and no tree with 2', async (t) => {
  const host = hostkeeperHost(t)
  assertRefused(await host.run('isync'), 22, 'no file given')
  assertRefused(await host.run('isync', '../etc/a'), 22, '"../etc/a"')
  assertRefused(await host.run('isync', 'etc/a', '-o'), 22, '"-o"')
  assertRefused(await host.run('isync', '-x', 'etc/a'), 22, '-x')
  assertRefused(await host.run('isync', 'etc/a'), 2, host.path('isconf/tree'))
  host.write('isconf/tree/files/a', 'a\n')
  assertRefused(await host.begin(['isync', 'a'], { HOSTKEEPER_ROOT: host.path('none') }).done, 2, 'HOSTKEEPER_ROOT')
})

test('what an isync that was killed has left is removed, and what one that runs is writing is not', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/a': 'a\n' })
  // As they stand on disk while an isync writes: the note, and below its name what is written.
  const writes = (process: string, token: string): string => {
    const directories = JSON.stringify([host.path('root/etc'), host.path('root/etc/not-made')])
    host.write(`isconf/installing/${process}`, `{"token":"${token}","directories":${directories}}\n`)
    host.write(`root/etc/${temporaryName(token)}/a`, 'half')
    return temporaryName(token)
  }
  const living = writes(`${process.pid}-${processStart(process.pid)}`, '0123456789ab')
  writes('4194303-1@of-another-boot', 'ba9876543210')
  // Another process of the same number is another one.
  writes(`${process.pid}-1@of-another-boot`, '111111111111')
  assertDone(await host.run('isync', 'etc/a'))
  assert.deepEqual(readdirSync(host.path('root/etc')).sort(), [living, 'a'])
  assert.deepEqual(readdirSync(host.path('isconf/installing')).length, 1)
})

test('an isync that was killed before its last step leaves nothing that counts as changed here', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/a': 'one\n' })
  assertDone(await host.run('isync', 'etc/a'))
  // The moment after the record was written and before the file was renamed.
  host.write('isconf/tree/files/etc/a', 'two\n')
  assertDone(await host.run('isync', 'etc/a'))
  host.write('root/etc/a', 'one\n')
  host.write('isconf/tree/files/etc/a', 'three\n')
  assertDone(await host.run('isync', 'etc/a'))
  assert.equal(host.read('root/etc/a'), 'three\n')
})

test('a damaged record is told, with what to do', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/files/etc/a': 'a\n' })
  assertDone(await host.run('isync', 'etc/a'))
  const [name] = readdirSync(host.path('isconf/installed'))
  host.write(`isconf/installed/${name}`, '{')
  assertRefused(await host.run('isync', 'etc/a'), 223, `installed/${name}`, 'remove it')
})

test('isync gives mode and owner to what it has looked at, and to nothing that was put in its place', async (t) => {
  const host = hostkeeperHost(t, { victim: 'secret\n', looked: 'one\n' })
  const { dev, ino, uid, gid } = statSync(host.path('looked'))
  chmodSync(host.path('victim'), 0o600)
  symlinkSync(host.path('victim'), host.path('link'))
  const present = { kind: 'file', content: '', identity: `${dev}:${ino}`, mode: 0o644, uid, gid } as const
  const open = { mode: 0o666, uid, gid }
  const walk = new Walk(host.directory)
  t.after(() => walk.close())
  await assert.rejects(setAttributes(await walk.entry('/link'), open, present), { code: 'ELOOP' })
  await assert.rejects(setAttributes(await walk.entry('/victim'), open, present), { code: 'FILE_UNWRITABLE' })
  assert.equal(modeOf(host, 'victim'), '600')
  await setAttributes(await walk.entry('/looked'), open, present)
  assert.equal(modeOf(host, 'looked'), '666')
})
