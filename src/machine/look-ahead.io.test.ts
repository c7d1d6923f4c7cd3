import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { isRoot, unlessRootHas } from '../../test/support/tools.ts'
import type { Change } from './look-ahead.ts'
import { systemMachine } from './machine.io.ts'
import type { FileOwner } from './machine.ts'

/** A machine below a directory, with IS_HOME in it. */
function machineBelow(t: TestContext, root = temporaryDirectory(t)) {
  const home = join(root, 'var/is')
  mkdirSync(join(home, 'conf'), { recursive: true })
  const machine = systemMachine({
    volroot: root,
    home,
    owner: () => 'name',
    environment: () => ({}),
    rebootCommand: () => 'false',
    bootIdPath: () => '/no/boot_id',
    hooksPath: () => '/no/hooks',
    clock: new SimClock(),
  })
  const look = async (...changes: readonly Change[]) => {
    const obstacles = await machine.lookAhead(false).obstacles(changes)
    return obstacles.map((text) => text?.replaceAll(root, 'ROOT') ?? '')
  }
  return { root, machine, look }
}

const here: FileOwner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }
const common = (path: string) => ({ path, owner: here, mtimeMs: 0, parents: [] })
const file = (path: string, sizeBytes = 1, more: Partial<Parameters<typeof entry>[0]> = {}): Change => ({
  ...{ kind: 'file', attributes: entry({ ...common(path), ...more }), sizeBytes, isToBeFetched: false },
})
const entry = (attributes: ReturnType<typeof common> & { readonly sparse?: true }) => ({ mode: 0o644, ...attributes })
const directory = (path: string): Change => ({ kind: 'directory', attributes: entry(common(path)) })
const link = (path: string): Change => ({ kind: 'symlink', attributes: common(path) })
const removal = (path: string): Change => ({ kind: 'removal', path })

test('lookAhead() says what of another kind stands in the way, and nothing of what can be replaced', async (t) => {
  const { root, look } = machineBelow(t)
  for (const name of ['dir', 'other']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'file'), '')
  symlinkSync('other', join(root, 'link'))
  symlinkSync('nowhere', join(root, 'dangling'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  const cases: readonly (readonly [Change, string])[] = [
    [file('/new'), ''],
    [file('/file'), ''],
    [file('/link'), ''],
    [link('/file'), ''],
    [directory('/dir'), ''],
    [file('/not/there/yet'), ''],
    [file('/link/below'), ''],
    [file('/dir'), 'cannot install /dir: a directory stands there'],
    [link('/dir'), 'cannot install /dir: a directory stands there'],
    [directory('/file'), 'cannot install /file: a file stands there'],
    [directory('/link'), 'cannot install /link: a symbolic link stands there'],
    [file('/pipe'), 'cannot install /pipe: a device, a pipe or a socket stands there'],
    [file('/file/below'), 'cannot install /file/below: /file is not a directory'],
    [file('/file/far/below'), 'cannot install /file/far/below: /file is not a directory'],
    [file('/dangling/x'), 'cannot install /dangling/x: /dangling is a symbolic link to nothing'],
    [file('/var/is/conf/x'), 'cannot install /var/is/conf/x: it is IS_HOME here, ROOT/var/is, or lies in it'],
    [removal('/var'), 'cannot remove /var: /var holds IS_HOME, ROOT/var/is, where ISconf keeps its own files'],
    [removal('/no/such'), ''],
    [removal('/dir'), ''],
  ]
  for (const [change, text] of cases) assert.deepEqual(await look(change), [text])
  assert.deepEqual(namesIn(root), ['dangling', 'dir', 'file', 'link', 'other', 'pipe', 'var'])
})

test('lookAhead() looks at each as if those before it were done', async (t) => {
  const { root, look } = machineBelow(t)
  mkdirSync(join(root, 'dir/below'), { recursive: true })
  writeFileSync(join(root, 'file'), '')
  const cases: readonly (readonly [readonly Change[], readonly string[]])[] = [
    [
      [removal('/dir'), file('/dir')],
      ['', ''],
    ],
    [
      [removal('/file'), file('/file/x'), directory('/file')],
      ['', '', ''],
    ],
    [
      [file('/dir/new'), directory('/dir/new')],
      ['', 'cannot install /dir/new: a file stands there'],
    ],
    [
      [removal('/dir'), directory('/dir'), file('/dir/below')],
      ['', '', ''],
    ],
    [
      [file('/a'), file('/a/b')],
      ['', 'cannot install /a/b: /a is not a directory'],
    ],
    [
      [link('/a'), file('/a/b')],
      ['', ''],
    ],
  ]
  for (const [changes, texts] of cases) assert.deepEqual(await look(...changes), texts)
})

test('lookAhead() says which user or group is not known here', async (t) => {
  const { look } = machineBelow(t)
  const unknown = { ...here, uid: 4242, user: 'nosuchuser' }
  const [text = ''] = await look({
    ...directory('/x'),
    attributes: { ...entry(common('/x')), owner: unknown },
  } as Change)
  assert.match(text, /^cannot install \/x: there is no user nosuchuser here \(4242 on the origin\): make it first; /)
})

test('lookAhead() says what a daemon that is not root may not write to', {
  skip: isRoot && 'root may write anywhere',
}, async (t) => {
  const { root, look } = machineBelow(t)
  mkdirSync(join(root, 'etc'), { mode: 0o555 })
  assert.deepEqual(await look(file('/etc/x')), ['cannot install /etc/x: ROOT/etc: permission denied'])
})

test('lookAhead() says what is immutable or append-only, also deep in what is to be removed', {
  skip: unlessRootHas('chattr'),
}, async (t) => {
  const { root, look } = machineBelow(t)
  mkdirSync(join(root, 'dir/deep'), { recursive: true })
  for (const name of ['file', 'log', 'dir/deep/file']) writeFileSync(join(root, name), '')
  const guarded = { i: ['file', 'dir/deep/file'], a: ['log'] }
  const set = (sign: string) => {
    for (const [flag, names] of Object.entries(guarded))
      execFileSync('chattr', [`${sign}${flag}`, ...names.map((name) => join(root, name))])
  }
  try {
    set('+')
  } catch {
    return t.skip('this file system has no such attributes')
  }
  try {
    const texts = await look(file('/file'), removal('/log'), removal('/dir'), file('/dir/x'))
    assert.deepEqual(texts, [
      'cannot install /file: ROOT/file is immutable (lsattr); chattr -i ROOT/file takes that away',
      'cannot remove /log: ROOT/log is append-only (lsattr); chattr -a ROOT/log takes that away',
      'cannot remove /dir: ROOT/dir/deep/file is immutable (lsattr); chattr -i ROOT/dir/deep/file takes that away',
      '',
    ])
    execFileSync('chattr', ['+i', join(root, 'dir')])
    const [inside] = await look(file('/dir/new/x'))
    assert.equal(
      inside,
      'cannot install /dir/new/x: ROOT/dir is immutable (lsattr); chattr -i ROOT/dir takes that away',
    )
  } finally {
    execFileSync('chattr', ['-i', join(root, 'dir')])
    set('-')
  }
})

test('lookAhead() says what does not fit, what is mounted read-only, and where something is mounted', {
  skip: unlessRootHas('mount'),
}, async (t) => {
  const { root, look } = machineBelow(t)
  for (const name of ['small', 'fixed']) mkdirSync(join(root, name))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', join(root, 'small')])
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', join(root, 'fixed')])
    writeFileSync(join(root, 'small/old'), Buffer.alloc(600_000))
    const half = 500_000
    const cases: readonly (readonly [readonly Change[], readonly RegExp[]])[] = [
      [[file('/small/one', 400_000)], [/^$/]],
      [
        [file('/small/one', half)],
        [
          /^cannot install \/small\/one: there is no room on the file system at ROOT\/small: it takes \d+ bytes, and \d+ are/,
        ],
      ],
      [
        [removal('/small/old'), file('/small/one', half)],
        [/^$/, /^$/],
      ],
      // The old one stays until the new one is there.
      [[file('/small/old', half)], [/no room/]],
      [
        [file('/small/old', 1), file('/small/one', 900_000)],
        [/^$/, /^$/],
      ],
      [[file('/small/one', half, { sparse: true })], [/^$/]],
      [[file('/fixed/x')], [/^cannot install \/fixed\/x: the file system at ROOT\/fixed is mounted read-only$/]],
      [[directory('/small')], [/^$/]],
      [[removal('/small')], [/^cannot remove \/small: \/small is where a file system is mounted$/]],
    ]
    for (const [changes, patterns] of cases) {
      const texts = await look(...changes)
      for (const [index, pattern] of patterns.entries()) assert.match(texts[index] ?? '', pattern)
    }
  } finally {
    for (const name of ['small', 'fixed']) spawnSync('umount', [join(root, name)])
  }
})
