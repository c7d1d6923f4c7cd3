/** What a plain user puts where root has to go doesn't stop a host. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { systemClock } from '../base/clock.io.ts'
import { sha256Hex } from '../base/index.ts'
import type { Change } from './look-ahead.ts'
import { systemMachine } from './machine.io.ts'
import type { FileOwner, Installation } from './machine.ts'

const skip = unlessRootHas()
const ann = 1234
const root: FileOwner = { uid: 0, gid: 0, user: '', group: '' }
const common = (path: string) => ({ path, owner: root, mtimeMs: 0, mode: 0o755 })
const parents = (path: string) => (path === '/srv' ? [] : [{ ...common(path) }])
const attributesOf = (path: string) => ({ ...common(path), parents: parents(dirname(path)) })
const file = (path: string): Change => ({
  ...{ kind: 'file', attributes: attributesOf(path), sizeBytes: 3, isToBeFetched: false },
})
const directory = (path: string): Change => ({ kind: 'directory', attributes: attributesOf(path) })

function installationOf(path: string, kind: Change['kind']): Installation {
  const attributes = attributesOf(path)
  if (kind === 'directory') return { kind, attributes }
  const content = async function* () {
    yield Buffer.from('new')
  }
  return { kind: 'file', attributes, content, sha256: sha256Hex('new') }
}

/** A machine with things of ann's, and one of root's, in a directory of root's that is open to all. */
function place(t: TestContext) {
  const top = temporaryDirectory(t)
  const home = temporaryDirectory(t)
  mkdirSync(join(home, 'conf'))
  for (const path of ['etc', 'srv', 'srv/directory', 'srv/directory/full', 'srv/roots']) mkdirSync(join(top, path))
  writeFileSync(join(top, 'srv/file'), 'hers')
  execFileSync('mkfifo', [join(top, 'srv/pipe')])
  symlinkSync('/etc', join(top, 'srv/link'))
  for (const name of ['directory', 'directory/full', 'file', 'pipe', 'link'])
    lchownSync(join(top, 'srv', name), ann, ann)
  chownSync(join(top, 'etc'), 0, 0)
  const unused = (): never => assert.fail('not a part of this')
  const machine = systemMachine({
    ...{ volroot: top, home, owner: () => 'numeric' as const, clock: systemClock },
    ...{ environment: unused, rebootCommand: unused, bootIdPath: unused, hooksPath: unused },
  })
  return { top, machine }
}

const changes: readonly Change[] = [
  file('/srv/directory'),
  file('/srv/pipe'),
  directory('/srv/file'),
  file('/srv/link/shadow'),
  file('/srv/link/other'),
  file('/srv/roots'),
]
const ofRoot = 'cannot install /srv/roots: a directory stands there'
const told = (what: string): readonly string[] =>
  [
    ['/srv/directory', 'a directory'],
    ['/srv/pipe', 'a pipe or a socket'],
    ['/srv/file', 'a file'],
    ['/srv/link', 'a symbolic link'],
  ].map(([path, kind]) => `${path}: ${kind} of user ${ann} ${what.replaceAll('PATH', path ?? '')}`)

test('what a plain user puts in the way is moved aside, told and kept; what is of root stays', { skip }, async (t) => {
  const { top, machine } = place(t)
  const look = machine.lookAhead(true)
  assert.deepEqual(await look.obstacles(changes), [undefined, undefined, undefined, undefined, undefined, ofRoot])
  const asides = look.asides().map((text) => text.replace(/[0-9a-f]{8}$/, 'HEX'))
  assert.deepEqual(asides, told('stood in the way, and is now PATH.moved-aside-HEX'))
  assert.deepEqual(look.asides(), [])
  const installations = changes.slice(0, -1).map((change) => {
    assert.ok(change.kind !== 'removal')
    return installationOf(change.attributes.path, change.kind)
  })
  assert.equal((await machine.install(installations)).length, installations.length)
  assert.equal(readFileSync(join(top, 'srv/link/shadow'), 'utf8'), 'new')
  assert.deepEqual(namesIn(join(top, 'etc')), [])
  const names = namesIn(join(top, 'srv'))
  const movedTo = (name: string): string => names.find((one) => one.startsWith(`${name}.moved-aside-`)) ?? name
  assert.deepEqual(namesIn(join(top, 'srv', movedTo('directory'))), ['full'])
  assert.equal(readFileSync(join(top, 'srv', movedTo('file')), 'utf8'), 'hers')
  assert.ok(lstatSync(join(top, 'srv', movedTo('link'))).isSymbolicLink())
})

test('what is of root is moved aside where a plain user can have renamed it', { skip }, async (t) => {
  const { top, machine } = place(t)
  for (const [name, mode, owner] of [
    ['hers', 0o755, ann],
    ['open', 0o777, 0],
    ['sticky', 0o1777, 0],
  ] as const) {
    mkdirSync(join(top, 'srv', name, 'file'), { recursive: true })
    chownSync(join(top, 'srv', name), owner, 0)
    chmodSync(join(top, 'srv', name), mode)
  }
  const paths = ['/srv/hers/file', '/srv/open/file', '/srv/sticky/file']
  const stays = 'cannot install /srv/sticky/file: a directory stands there'
  const look = machine.lookAhead(true)
  assert.deepEqual(await look.obstacles(paths.map(file)), [undefined, undefined, stays])
  assert.match(
    look.asides()[0] ?? '',
    /^.srv.hers.file: a directory of root in a directory that others can change stood/,
  )
  await machine.install(paths.slice(0, -1).map((path) => installationOf(path, 'file')))
  for (const path of paths.slice(0, -1)) assert.equal(readFileSync(join(top, path), 'utf8'), 'new')
})

test('a dry run says what would be moved aside, and moves nothing', { skip }, async (t) => {
  const { top, machine } = place(t)
  const before = namesIn(join(top, 'srv'))
  const look = machine.lookAhead(false)
  assert.deepEqual(await look.obstacles(changes), [undefined, undefined, undefined, undefined, undefined, ofRoot])
  assert.deepEqual(look.asides(), told('stands in the way, and would be moved aside'))
  assert.deepEqual(namesIn(join(top, 'srv')), before)
})
