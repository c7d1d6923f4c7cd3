import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { following } from '../../test/cluster/changesets.ts'
import { parseLine, toLine } from './changeset.ts'
import { describeInBrief, describeOperation } from './describe-operation.ts'
import { type FileOperation, type Operation, operationSchema, recordedOperationSchema } from './operation.ts'

const owner = { uid: 0, gid: 12, user: 'root', group: 'mail' }
const common = {
  type: 'snap' as const,
  owner,
  mtimeMs: -1,
  parents: [{ path: '/srv', mode: 0o755, owner: { uid: 0, gid: 0, user: 'root', group: 'root' } }],
}
const blob = { id: 'a'.repeat(64), sizeBytes: 6, pieces: 'b'.repeat(64) }
const xattrs = { 'user.größe': '', 'security.capability': 'AQAAAgAgAAAAAAAAAAAAAAAAAAA=' }
const file: FileOperation = { ...common, kind: 'file', path: '/srv/disk', mode: 0o600, blob }
const operations: readonly Operation[] = [
  { ...file, xattrs, sparse: true, latest: true },
  { ...common, kind: 'directory', path: '/srv/www', mode: 0o2770, xattrs },
  { ...common, kind: 'symlink', path: '/srv/link', target: '../ü' },
  { type: 'snap', kind: 'removal', path: '/srv/old' },
]

test('every kind of snap has the bytes it had when the format was released', () => {
  const path = new URL('../../test/golden/v1/snap-kinds.jsonl', import.meta.url)
  const line = toLine(following(undefined, { operations: [...operations] }))
  // No UPDATE here: a journal that was ever written is read for ever.
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${line}\n`)
  assert.equal(`${line}\n`, readFileSync(path, 'utf8'))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, operations)
})

test('a hard link has the bytes it had when it came into the format', () => {
  const path = new URL('../../test/golden/v1/hard-link.jsonl', import.meta.url)
  const linked: Operation = { ...file, path: '/srv/other', hardlink: file.path }
  const line = toLine(following(undefined, { operations: [file, linked] }))
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${line}\n`)
  assert.equal(`${line}\n`, readFileSync(path, 'utf8'))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, [file, linked])
})

test('describeOperation() tells the kinds of snap apart', () => {
  assert.deepEqual([file, ...operations].map(describeOperation), [
    'snap /srv/disk',
    'snap --latest /srv/disk',
    'snap /srv/www/',
    'snap /srv/link -> ../ü',
    'snap --delete /srv/old',
  ])
})

test('describeInBrief() leaves the end of a long command out, and no half of a character', () => {
  const operation: Operation = { type: 'exec', argv: ['echo', 'é\u{1F980}'.repeat(60)], cwd: '/', env: {} }
  const text = describeInBrief(operation)
  assert.match(text, /^exec echo '(é\u{1F980}){29}é…$/u)
})

test('describeOperation() names the variables of a command, and not what is in them', () => {
  const operation: Operation = { type: 'exec', argv: ['printenv'], cwd: '/', env: { DBPASS: 'hunter2' } }
  assert.equal(describeOperation(operation), 'exec --env DBPASS printenv')
  assert.equal(describeInBrief(operation), 'exec --env DBPASS printenv')
})

const banked: readonly Operation[] = [
  { type: 'bank', kind: 'file', name: 'ntp-4.0.99k-15.i386.rpm', blob },
  { type: 'bank', kind: 'removal', name: 'libstdc++_6~rc1.deb' },
]

test('both kinds of bank have the bytes they had when the format was released', () => {
  const path = new URL('../../test/golden/v1/bank-kinds.jsonl', import.meta.url)
  const line = toLine(following(undefined, { operations: [...banked] }))
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${line}\n`)
  assert.equal(`${line}\n`, readFileSync(path, 'utf8'))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, banked)
  assert.deepEqual(banked.map(describeOperation), [
    'bank add ntp-4.0.99k-15.i386.rpm',
    'bank remove libstdc++_6~rc1.deb',
  ])
})

test('a void has the bytes it had when the format was released', () => {
  const path = new URL('../../test/golden/v1/void.jsonl', import.meta.url)
  const voided: Operation = { type: 'void', operation: `${'ab'.repeat(32)}:12`, why: 'it breaks the mail' }
  const line = toLine(following(undefined, { operations: [voided] }))
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${line}\n`)
  assert.equal(`${line}\n`, readFileSync(path, 'utf8'))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, [voided])
  assert.equal(describeOperation(voided), 'void abababababab:12')
  for (const operation of ['x', 'abababababab:0', `${'ab'.repeat(32)}`])
    assert.equal(operationSchema.safeParse({ ...voided, operation }).success, false)
})

test('a hold and its release have the bytes they had when the format was released', () => {
  const path = new URL('../../test/golden/v1/holds.jsonl', import.meta.url)
  const holds: readonly Operation[] = [
    { type: 'hold', why: 'an audit,\nuntil Monday' },
    { type: 'release', why: 'done' },
  ]
  const line = toLine(following(undefined, { operations: [...holds] }))
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${line}\n`)
  assert.equal(`${line}\n`, readFileSync(path, 'utf8'))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, holds)
  assert.deepEqual(holds.map(describeOperation), [
    "hold --branch -m $'an audit,\\nuntil Monday'",
    'release --branch -m done',
  ])
  assert.equal(operationSchema.safeParse({ type: 'hold', why: '' }).success, false)
})

for (const name of ['', '.', '..', '.hidden', '-x', 'a/b', 'a b', 'a%41', 'größe', 'a\0', 'a\n', 'x'.repeat(201)]) {
  test(`the package bank takes no file named ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(operationSchema.safeParse(banked[0]).success, true)
    assert.equal(operationSchema.safeParse({ ...banked[0], name }).success, false)
  })
}

const malformed: readonly (readonly [string, object])[] = [
  ['a kind that is none', { kind: 'socket' }],
  ['a mark that says nothing', { sparse: false }],
  ['a path that is not in its shortest form', { path: '/srv/./disk' }],
  ['an attribute whose value is not base64', { xattrs: { 'user.a': 'x' } }],
  ['an attribute of no namespace', { xattrs: { name: 'AA==' } }],
  ['an attribute with NUL in its name', { xattrs: { 'user.a\0b': 'AA==' } }],
  ['what belongs to another kind', { target: 'x' }],
  ['a removal with more than a path', { kind: 'removal' }],
  ['a link to nothing at all', { ...operations[2], target: '' }],
]
for (const [what, members] of malformed) {
  test(`an operation with ${what} is refused`, () => {
    assert.equal(operationSchema.safeParse(file).success, true)
    assert.equal(operationSchema.safeParse({ ...file, ...members }).success, false)
  })
}

test('what no origin can make is nothing that this release does', () => {
  const other = { ...owner, user: 'x'.repeat(257) }
  const deep = Array.from({ length: 2049 }, () => ({ path: '/srv', mode: 0o755, owner }))
  for (const wrong of [
    { mode: 0o10000 },
    { owner: { ...owner, uid: 2 ** 32 - 1 } },
    { owner: { ...owner, gid: 2 ** 32 - 1 } },
    { owner: other },
    { parents: [{ path: '/srv', mode: 0o777777, owner }] },
    { parents: deep },
    { path: `/${'x'.repeat(256)}` },
    { path: '/x'.repeat(2049) },
    { blob: { ...blob, sizeBytes: 2 ** 40 + 1 } },
  ]) {
    assert.equal(operationSchema.safeParse({ ...file, ...wrong }).success, false, JSON.stringify(wrong).slice(0, 80))
  }
  const most = { ...file, mode: 0o7777, path: '/x'.repeat(2048), owner: { ...owner, uid: 2 ** 32 - 2 } }
  assert.ok(operationSchema.safeParse({ ...most, blob: { ...blob, sizeBytes: 2 ** 40 } }).success)
  const link = { ...common, kind: 'symlink', path: '/srv/link', target: 'x'.repeat(4097) }
  assert.equal(operationSchema.safeParse(link).success, false)
})

test('what no system can have in an exec or as an attribute is not known, and the longest that it can have is', () => {
  const known = (operation: object): boolean => recordedOperationSchema.parse(operation).type !== 'unknown'
  const exec = (more: object): object => ({ type: 'exec', argv: ['true'], cwd: '/', env: {}, ...more })
  const longest = 'x'.repeat(128 * 1024 - 1)
  assert.ok(known(exec({ argv: [longest], env: { A: longest.slice(2) } })))
  for (const more of [
    { argv: [`${longest}x`] },
    { argv: ['a\0b'] },
    { env: { A: longest } },
    { env: { 'A=B': '1' } },
    { env: { '': '1' } },
  ]) {
    assert.ok(!known(exec(more)), Object.keys(more).join())
  }
  const entry = { type: 'snap', kind: 'directory', path: '/d', parents: [], mode: 0o755, mtimeMs: 8.64e15 }
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const value = Buffer.alloc(64 * 1024).toString('base64')
  assert.ok(known({ ...entry, owner, xattrs: { 'user.a': value } }))
  for (const more of [
    { mtimeMs: 8.64e15 + 2 },
    { xattrs: { [`user.${'a'.repeat(251)}`]: '' } },
    { xattrs: { 'user.a': Buffer.alloc(64 * 1024 + 3).toString('base64') } },
    { xattrs: Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`user.${index}${'a'.repeat(120)}`, ''])) },
  ]) {
    assert.ok(!known({ ...entry, owner, ...more }), Object.keys(more).join())
  }
})
