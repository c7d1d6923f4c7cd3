import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asPlainUser, failure, temporaryDirectory } from '../../test/support/files.ts'
import { isRoot, unlessRootHas, unlessThere } from '../../test/support/tools.ts'
import { setXattr } from '../../test/support/xattrs.ts'
import { contentOf } from './file-content.io.ts'
import { HardLinks } from './hard-links.ts'
import { inspect } from './inspect.io.ts'
import type { Entry, FileEntry, Inspection } from './machine.ts'
import { protectedPaths } from './protected-paths.io.ts'

/** A directory that stands for /, with IS_HOME in it, and look() below it. */
function tree(t: TestContext) {
  const root = temporaryDirectory(t)
  const real = (path: string): string => join(root, path)
  const own = protectedPaths(real, real('/var/is'))
  const see = (path: string): Promise<Inspection> => inspect(path, { real, protectedPaths: own })
  /** The one file there. */
  const open = async (path: string) => {
    const inspection = await see(path)
    const file = fileOf(inspection.entries.at(-1))
    return { file, content: inspection.read(file) }
  }
  return { root, see, open }
}

function fileOf(entry: Entry | undefined): FileEntry {
  assert.equal(entry?.kind, 'file')
  return entry as FileEntry
}

async function bytesOf({ content }: { content: AsyncIterable<Uint8Array> }): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Each entry in a few words. */
function shown({ entries }: Inspection): readonly string[] {
  return entries.map((entry) => {
    const { kind, path } = entry
    return kind === 'file' ? path : kind === 'directory' ? `${path}/` : `${path} -> ${entry.target}`
  })
}

test('look() gives the attributes, the parents from the top down, and every byte', async (t) => {
  const { root, open } = tree(t)
  mkdirSync(join(root, 'usr/lib'), { recursive: true })
  chmodSync(join(root, 'usr'), 0o755)
  chmodSync(join(root, 'usr/lib'), 0o2750)
  const path = join(root, 'usr/lib/tool')
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'x\0y\n')
  writeFileSync(path, bytes)
  chmodSync(path, 0o6755)
  utimesSync(path, 1_700_000_000, 1_700_000_000.25)

  const opened = await open('/usr/lib/tool')
  const { uid, gid } = statSync(path)
  const attributes = opened.file
  assert.equal(attributes.path, '/usr/lib/tool')
  assert.equal(attributes.mode, 0o6755)
  assert.equal(attributes.mtimeMs, 1_700_000_000_250)
  assert.deepEqual([attributes.owner.uid, attributes.owner.gid], [uid, gid])
  assert.deepEqual(
    attributes.parents.map((parent) => [parent.path, parent.mode, parent.owner.uid]),
    [
      ['/usr', 0o755, uid],
      ['/usr/lib', 0o2750, uid],
    ],
  )
  assert.equal(attributes.sizeBytes, bytes.length)
  assert.ok(bytes.equals(await bytesOf(opened)))
})

test('look() names the owner as /etc/passwd and /etc/group do', { skip: unlessRootHas() }, async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'file'), '')
  const { file } = await open('/file')
  assert.deepEqual(file.owner, { uid: 0, gid: 0, user: 'root', group: 'root' })
})

test('look() gives an empty file', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'empty'), '')
  const opened = await open('/empty')
  assert.equal((await bytesOf(opened)).length, 0)
  assert.deepEqual(opened.file.parents, [])
})

const changes: Readonly<Record<string, (path: string) => void>> = {
  'grows by a byte': (path) => appendFileSync(path, 'x'),
  'is written again with as many bytes': (path) => writeFileSync(path, Buffer.alloc(3_000_000, 'b')),
  'is cut short': (path) => writeFileSync(path, 'short'),
  'is replaced by another': (path) => {
    writeFileSync(`${path}.new`, Buffer.alloc(3_000_000, 'a'))
    renameSync(`${path}.new`, path)
  },
  'gets another mode': (path) => chmodSync(path, 0o600),
}

for (const [what, change] of Object.entries(changes)) {
  test(`look() says FILE_CHANGED when the file ${what} while it is read`, async (t) => {
    const { root, open } = tree(t)
    const path = join(root, 'log')
    writeFileSync(path, Buffer.alloc(3_000_000, 'a'), { mode: 0o644 })
    // Well before now: the kernel's times go forward in ticks of some milliseconds.
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    const { content } = await open('/log')
    const read = async (): Promise<void> => {
      let chunks = 0
      for await (const _ of content) {
        chunks += 1
        if (chunks === 1) change(path)
      }
    }
    await assert.rejects(read(), failure('FILE_CHANGED', /^\/log changed while it was read$/))
  })
}

test('look() does not wait for what has become a pipe, and does not follow what has become a link', async (t) => {
  const { root, see } = tree(t)
  for (const become of [(path: string) => execFileSync('mkfifo', [path]), (path: string) => symlinkSync('x', path)]) {
    rmSync(join(root, 'file'), { force: true })
    writeFileSync(join(root, 'file'), 'x')
    const inspection = await see('/file')
    rmSync(join(root, 'file'))
    become(join(root, 'file'))
    const read = bytesOf({ content: inspection.read(fileOf(inspection.entries[0])) })
    await assert.rejects(read, failure('FILE_CHANGED', /^\/file changed while it was read$/))
  }
})

test('look() refuses what is no file, directory or link, says what it is, and where it is in a tree', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'directory/deep'), { recursive: true })
  execFileSync('mkfifo', [join(root, 'directory/deep/pipe')])
  const socket = createServer().listen(join(root, 'socket'))
  t.after(() => socket.close())
  await once(socket, 'listening')
  const refused = failure('NOT_A_FILE', /^\/directory\/deep\/pipe is a named pipe$/)
  await assert.rejects(see('/directory/deep/pipe'), refused)
  await assert.rejects(see('/directory'), refused)
  await assert.rejects(see('/socket'), failure('NOT_A_FILE', /^\/socket is a socket$/))
  if (isRoot) {
    execFileSync('mknod', [join(root, 'null'), 'c', '1', '3'])
    await assert.rejects(see('/null'), failure('NOT_A_FILE', /^\/null is a device$/))
  }
})

test('look() at a tree gives every entry by the bytes of its name, each directory after what it holds', async (t) => {
  const { root, see } = tree(t)
  for (const name of ['tree/b/two', 'tree/b/one', 'tree/a', 'tree/.hidden', 'tree/Z', 'tree/é', 'tree/b.c', 'beside']) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), name)
  }
  mkdirSync(join(root, 'tree/empty'))
  symlinkSync('../beside', join(root, 'tree/link'))
  symlinkSync('b', join(root, 'tree/to-directory'))
  chmodSync(join(root, 'tree/b'), 0o1777)
  const inspection = await see('/tree')
  assert.deepEqual(shown(inspection), [
    '/tree/.hidden',
    '/tree/Z',
    '/tree/a',
    '/tree/b/one',
    '/tree/b/two',
    '/tree/b/',
    '/tree/b.c',
    '/tree/empty/',
    '/tree/link -> ../beside',
    '/tree/to-directory -> b',
    '/tree/é',
    '/tree/',
  ])
  const two = inspection.entries[4]
  assert.deepEqual(
    two?.parents.map(({ path, mode }) => [path, mode]),
    [
      ['/tree', statSync(join(root, 'tree')).mode & 0o7777],
      ['/tree/b', 0o1777],
    ],
  )
  assert.equal((await bytesOf({ content: inspection.read(fileOf(two)) })).toString(), 'tree/b/two')
  await inspection.confirm()
})

test('look() at a symbolic link records the link, also one to a directory or to nothing', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'directory'))
  for (const target of ['directory', 'nowhere', '/etc/passwd', '../..', ' ']) {
    rmSync(join(root, 'link'), { force: true })
    symlinkSync(target, join(root, 'link'))
    assert.deepEqual(shown(await see('/link')), [`/link -> ${target}`])
  }
})

const treeChanges: Readonly<Record<string, (root: string) => void>> = {
  'an entry appears': (root) => writeFileSync(join(root, 'tree/new'), ''),
  'an entry goes away': (root) => rmSync(join(root, 'tree/link')),
  'an entry gets another name': (root) => renameSync(join(root, 'tree/a'), join(root, 'tree/c')),
  'a link names something else': (root) => {
    rmSync(join(root, 'tree/link'))
    symlinkSync('b', join(root, 'tree/link'))
  },
  'a directory gets another mode': (root) => chmodSync(join(root, 'tree/sub'), 0o700),
  'the whole tree goes away': (root) => rmSync(join(root, 'tree'), { recursive: true }),
}
for (const [what, change] of Object.entries(treeChanges)) {
  test(`look() says FILE_CHANGED when ${what} while a tree is read`, async (t) => {
    const { root, see } = tree(t)
    mkdirSync(join(root, 'tree/sub'), { recursive: true, mode: 0o755 })
    writeFileSync(join(root, 'tree/a'), 'x')
    symlinkSync('a', join(root, 'tree/link'))
    // Well before now: the kernel's times go forward in ticks of some milliseconds.
    for (const name of ['tree/sub', 'tree']) utimesSync(join(root, name), 1_700_000_000, 1_700_000_000)
    const inspection = await see('/tree')
    await inspection.confirm()
    change(root)
    await assert.rejects(inspection.confirm(), failure('FILE_CHANGED', /^\/tree.* while it was read$/))
  })
}

test('look() says FILE_CHANGED when a file goes away before it is read', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree'))
  writeFileSync(join(root, 'tree/file'), 'x')
  const inspection = await see('/tree')
  rmSync(join(root, 'tree/file'))
  const read = bytesOf({ content: inspection.read(fileOf(inspection.entries[0])) })
  await assert.rejects(read, failure('FILE_CHANGED', /^\/tree\/file went away while it was read$/))
})

test('look() refuses IS_HOME, what lies in it and what holds it, also by way of a link', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'var/is/conf'), { recursive: true })
  mkdirSync(join(root, 'var/island'))
  writeFileSync(join(root, 'var/is/conf/host.key'), 'secret')
  symlinkSync('var', join(root, 'link'))
  const refused = (words: RegExp) => failure('PROTECTED_PATH', words)
  await assert.rejects(see('/var/is'), refused(/^\/var\/is is IS_HOME/))
  await assert.rejects(see('/var/is/conf/host.key'), refused(/^\/var\/is\/conf\/host.key lies in IS_HOME/))
  await assert.rejects(see('/link/is/conf'), refused(/^\/link\/is\/conf lies in IS_HOME/))
  await assert.rejects(see('/var'), refused(/^\/var holds IS_HOME/))
  await assert.rejects(see('/'), refused(/^\/ holds IS_HOME/))
  assert.deepEqual(shown(await see('/link')), ['/link -> var'])
  assert.deepEqual(shown(await see('/var/island')), ['/var/island/'])
})

test('look() refuses names that are no text, for the journal is', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree'))
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'tree/')), Buffer.from([0x62, 0xff])]), '')
  await assert.rejects(see('/tree'), failure('NOT_A_FILE', /^\/tree holds a name that is not UTF-8: /))
  symlinkSync(Buffer.from([0xff]), join(root, 'link'))
  await assert.rejects(see('/link'), failure('NOT_A_FILE', /^\/link is a symbolic link whose target is not UTF-8: /))
})

test('look() tells a file with holes from one that is only zeros', async (t) => {
  const { root, open } = tree(t)
  truncateSync(join(root, makeFile(root, 'holes', 'begin')), 5_000_000)
  makeFile(root, 'zeros', Buffer.alloc(5_000_000))
  assert.equal((await open('/holes')).file.sparse, true)
  assert.equal((await open('/zeros')).file.sparse, undefined)
  assert.equal((await bytesOf(await open('/holes'))).length, 5_000_000)
})

test('inspect() records extended attributes, of whatever names', async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree/sub'), { recursive: true })
  const names = ['tree/plain', 'tree/with space', 'tree/new\nline', 'tree/back\\slash', 'tree/ü']
  for (const name of names) makeFile(root, name, 'x')
  symlinkSync('plain', join(root, 'tree/link'))
  for (const name of [...names, 'tree/sub']) setXattr(join(root, name), 'user.name', name)
  setXattr(join(root, 'tree/plain'), 'user.b=\\', Buffer.from([0, 255, 10]))
  setXattr(join(root, 'tree/plain'), 'user.empty', '')
  if (isRoot) setXattr(join(root, 'tree/plain'), 'trusted.own', 'x')
  const { entries, remarks } = await see('/tree')
  const found = new Map(entries.map((entry) => [entry.path.slice(1), entry.kind === 'symlink' ? {} : entry.xattrs]))
  for (const name of [...names, 'tree/sub']) {
    assert.equal(found.get(name)?.['user.name'], Buffer.from(name).toString('base64'), name)
  }
  assert.deepEqual(found.get('tree/plain'), {
    'user.b=\\': 'AP8K',
    'user.empty': '',
    'user.name': Buffer.from('tree/plain').toString('base64'),
  })
  assert.deepEqual([found.get('tree'), remarks], [undefined, []])
})

test('inspect() records access lists and capabilities', { skip: unlessThere('setfacl', 'setcap') }, async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree/sub'), { recursive: true })
  makeFile(root, 'tree/tool', 'x')
  run('setfacl', '-m', 'u:12345:rw', '-m', 'd:g:54321:rx', join(root, 'tree/sub'))
  if (isRoot) run('setcap', 'cap_net_raw+ep', join(root, 'tree/tool'))
  const { entries } = await see('/tree')
  const namesOf = (path: string): readonly string[] => {
    const entry = entries.find((one) => one.path === path)
    return entry && 'xattrs' in entry ? Object.keys(entry.xattrs ?? {}) : []
  }
  assert.deepEqual(namesOf('/tree/sub'), ['system.posix_acl_access', 'system.posix_acl_default'])
  assert.deepEqual(namesOf('/tree/tool'), isRoot ? ['security.capability'] : [])
})

test('look() takes what is mounted in a tree as it is, and says so', { skip: unlessRootHas('mount') }, async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree/mounted'), { recursive: true })
  run('mount', '-t', 'tmpfs', 'isconf-test', join(root, 'tree/mounted'))
  try {
    makeFile(root, 'tree/mounted/inside', 'x')
    const inspection = await see('/tree')
    assert.deepEqual(shown(inspection), ['/tree/mounted/inside', '/tree/mounted/', '/tree/'])
    assert.deepEqual(inspection.remarks, ['/tree/mounted is another file system: taken as it is'])
  } finally {
    run('umount', join(root, 'tree/mounted'))
  }
})

test('inspect() leaves out what the kernel mounts in a tree, and says so', {
  skip: unlessRootHas('mount'),
}, async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'tree/proc'), { recursive: true })
  makeFile(root, 'tree/file', 'x')
  run('mount', '--bind', '/proc', join(root, 'tree/proc'))
  try {
    const inspection = await see('/tree')
    assert.deepEqual(shown(inspection), ['/tree/file', '/tree/'])
    assert.deepEqual(inspection.remarks, ['/tree/proc is proc, a pseudo file system: left out'])
    const refused = failure('NOT_A_FILE', /^\/tree\/proc\/version is on proc, a pseudo file system/)
    await assert.rejects(see('/tree/proc/version'), refused)
  } finally {
    run('umount', join(root, 'tree/proc'))
  }
})

test('inspect() refuses the files of pseudo file systems, and a link is where the link is', async (t) => {
  const real = (path: string): string => path
  const see = (path: string) => inspect(path, { real, protectedPaths: protectedPaths(real, '/no/home') })
  for (const path of ['/proc/version', '/proc/self', '/sys/kernel']) {
    await assert.rejects(
      see(path),
      failure('NOT_A_FILE', /, a pseudo file system: an answer of this host's kernel$/),
      path,
    )
  }
  const { root, see: seeBelow } = tree(t)
  symlinkSync('/proc/version', join(root, 'link'))
  assert.deepEqual(shown(await seeBelow('/link')), ['/link -> /proc/version'])
})

test('contentOf() refuses a file that gives more or less than its size, and reads no further than to know it', async () => {
  const read = async (path: string): Promise<Uint8Array[]> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of contentOf(path, lstatSync(path, { bigint: true }), path)) chunks.push(chunk)
    return chunks
  }
  const more = failure('SIZE_WRONG', /^\/proc\/version claims to have 0 bytes, but gives more$/)
  await assert.rejects(read('/proc/version'), more)
  const less = failure('SIZE_WRONG', /claims to have 4096 bytes, but gives \d+$/)
  await assert.rejects(read('/sys/kernel/uevent_seqnum'), less)
})

test('inspect() takes the second name of a file for a hard link to the first, also in another path of the snap', async (t) => {
  const { root } = tree(t)
  const real = (path: string): string => join(root, path)
  const links = new HardLinks()
  const see = (path: string) => inspect(path, { real, protectedPaths: protectedPaths(real, '/no/home') }, links)
  mkdirSync(join(root, 'bin'))
  for (const name of ['bin/a', 'bin/z']) makeFile(root, name, 'x')
  for (const name of ['bin/b', 'other', 'outside']) linkSync(join(root, 'bin/a'), join(root, name))
  const seen = [await see('/bin'), await see('/other')].flatMap(({ entries }) => entries)
  const shownLinks = seen.flatMap((entry) => (entry.kind === 'file' ? [[entry.path, entry.hardlink]] : []))
  assert.deepEqual(shownLinks, [
    ['/bin/a', undefined],
    ['/bin/b', '/bin/a'],
    ['/bin/z', undefined],
    ['/other', '/bin/a'],
  ])
  assert.deepEqual(links.remarks, [
    '/bin/a has 4 names (hard links), of which 3 are recorded here: on other hosts the other names keep what they have',
  ])
})

test('inspect() leaves what a killed installation has left out of a tree, and refuses it by name', async (t) => {
  const { root, see } = tree(t)
  const left = ['.isconf-0123456789ab~', '.motd.isconf-0123456789ab', '.isync-12-0123456789abcdef']
  mkdirSync(join(root, 'etc', left[0] ?? ''), { recursive: true })
  for (const name of [...left.slice(1), `${left[0]}/motd`, '.isconf-mine~', 'motd']) makeFile(root, `etc/${name}`, 'x')
  const inspection = await see('/etc')
  assert.deepEqual(shown(inspection), ['/etc/.isconf-mine~', '/etc/motd', '/etc/'])
  assert.deepEqual(
    inspection.remarks,
    [...left.map((name) => `/etc/${name} is what an installation that was killed has left: left out`)].sort(),
  )
  for (const name of left) await assert.rejects(see(`/etc/${name}`), failure('PROTECTED_PATH', /was killed has left$/))
})

test("inspect() leaves a host's own files out of a tree, and never takes what tells machines apart", async (t) => {
  const { root, see } = tree(t)
  mkdirSync(join(root, 'etc/ssh'), { recursive: true })
  for (const name of ['hostname', 'machine-id', 'motd', 'ssh/ssh_host_rsa_key', 'ssh/sshd_config']) {
    makeFile(root, `etc/${name}`, 'x')
  }
  const inspection = await see('/etc')
  assert.deepEqual(shown(inspection), ['/etc/motd', '/etc/ssh/sshd_config', '/etc/ssh/', '/etc/'])
  assert.deepEqual(inspection.remarks, [
    "/etc/hostname is this host's own: left out; snap it by its name if it is meant",
    "/etc/machine-id is this host's own: left out",
    "/etc/ssh/ssh_host_rsa_key is this host's own: left out; snap it by its name if it is meant",
  ])
  assert.deepEqual(shown(await see('/etc/hostname')), ['/etc/hostname'])
  await assert.rejects(see('/etc/machine-id'), failure('PROTECTED_PATH', /identifies this machine$/))
})

/** Writes a file; its name. */
function makeFile(root: string, name: string, content: string | Uint8Array): string {
  writeFileSync(join(root, name), content)
  return name
}

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words)
}

test('look() of a path that leads nowhere is NO_SUCH_FILE with the path as it was meant', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'file'), 'x')
  await assert.rejects(open('/missing'), failure('NO_SUCH_FILE', /^no such file: \/missing$/))
  await assert.rejects(open('/no/such/directory'), failure('NO_SUCH_FILE'))
  await assert.rejects(open('/file/below'), failure('NO_SUCH_FILE'))
})

test('look() of a file that may not be read is FILE_UNREADABLE', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'secret'), 'x')
  chmodSync(join(root, 'secret'), 0)
  mkdirSync(join(root, 'closed'))
  writeFileSync(join(root, 'closed/file'), 'x')
  chmodSync(join(root, 'closed'), 0)
  await asPlainUser(root, async () => {
    await assert.rejects(open('/secret').then(bytesOf), failure('FILE_UNREADABLE', /^cannot read \/secret: /))
    await assert.rejects(open('/closed/file'), failure('FILE_UNREADABLE', /^cannot read \/closed\/file: /))
    await assert.rejects(open('/closed'), failure('FILE_UNREADABLE', /^cannot read \/closed: /))
  })
  chmodSync(join(root, 'closed'), 0o700)
})

test('look() shows the journal path in its messages, not where that is on this machine', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'secret'), 'x')
  chmodSync(join(root, 'secret'), 0)
  await asPlainUser(root, async () => {
    await assert.rejects(open('/secret').then(bytesOf), (thrown: Error) => !thrown.message.includes(root))
  })
})
