import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { chainOf, domain, execOf, following, key } from '../../test/cluster/changesets.ts'
import { keyFrom } from '../../test/sim/cluster-key.ts'
import type { BranchName, ChangesetId, DomainName } from '../base/index.ts'
import {
  blobsOf,
  checkFollows,
  parseChain,
  parseLine,
  placeOf,
  publicKeyText,
  signChangeset,
  start,
  toLine,
} from './changeset.ts'
import type { Operation } from './operation.ts'

const snap: Operation = {
  type: 'snap',
  kind: 'file',
  path: '/etc/motd',
  mode: 0o4755,
  owner: { uid: 0, gid: 12, user: 'root', group: 'mail' },
  mtimeMs: 1_700_000_000_123,
  parents: [{ path: '/etc', mode: 0o755, owner: { uid: 0, gid: 0, user: 'root', group: 'root' } }],
  blob: { id: 'a'.repeat(64), sizeBytes: 6, pieces: 'b'.repeat(64) },
}
const exec: Operation = { type: 'exec', argv: ['echo', 'ä\u2028"\\\n'], cwd: '/tmp', env: { B: '2', A: '1' } }
const [first] = chainOf(['first'])
const signed = following(first, { operations: [snap, exec], message: 'größer, and "quoted"' })

test('a line has the bytes it had when the format was released', () => {
  const path = new URL('../../test/golden/v1/changeset.jsonl', import.meta.url)
  // No UPDATE here: a journal that was ever written is read for ever.
  if (process.env['GOLDEN'] === 'make') writeFileSync(path, `${toLine(signed)}\n`)
  assert.equal(`${toLine(signed)}\n`, readFileSync(path, 'utf8'))
})

test('parseLine() gives back what toLine() was given', () => {
  assert.deepEqual(parseLine(toLine(signed), 'here'), signed)
})

test('toLine() does not depend on the order of members', () => {
  const { changeset } = signed
  const backwards = Object.fromEntries(Object.entries(changeset).reverse()) as typeof changeset
  assert.equal(toLine(signChangeset(backwards, key)), toLine(signed))
})

test('parseLine() refuses a changeset of which any member was altered', () => {
  for (const path of membersOf(JSON.parse(toLine(signed)))) {
    for (const alter of [changed, removed, renamed]) {
      const line = JSON.parse(toLine(signed)) as Record<string, unknown>
      alter(line, path)
      // Canonical again as far as can be: what is refused is the content.
      const text = JSON.stringify(sorted(line))
      assert.throws(
        () => parseLine(text, 'cedar: line 1'),
        { code: 'JOURNAL_DAMAGED', message: /^cedar: line 1: / },
        text,
      )
    }
  }
})

test('parseLine() refuses any other bytes', () => {
  const bytes = Buffer.from(toLine(signed))
  const oneByte = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
  fc.assert(
    fc.property(oneByte, ({ at, to }) => {
      fc.pre(bytes[at] !== to)
      const altered = Buffer.from(bytes)
      altered[at] = to
      assert.throws(() => parseLine(altered.toString('utf8'), 'here'), { code: 'JOURNAL_DAMAGED' })
    }),
    { numRuns: 300 },
  )
})

test('parseLine() refuses the same content in another spelling', () => {
  const line = toLine(signed)
  for (const other of [
    `${line} `,
    ` ${line}`,
    JSON.stringify(JSON.parse(line), null, 1),
    line.replace('ö', '\\u00f6'),
  ]) {
    assert.throws(() => parseLine(other, 'here'), { code: 'JOURNAL_DAMAGED', message: /canonical form/ })
  }
})

test('parseLine() refuses a signature whose last character carries other unused bits', () => {
  const line = toLine(signed)
  const last = line.lastIndexOf('==') - 1
  const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].filter((c) => c !== line[last])
  for (const other of others) {
    const altered = line.slice(0, last) + other + line.slice(last + 1)
    assert.throws(() => parseLine(altered, 'here'), { code: 'JOURNAL_DAMAGED' }, other)
  }
})

test('parseLine() refuses a signature by another key than the one it names', () => {
  const other = keyFrom('another key')
  const byOther = signChangeset(signed.changeset, other)
  assert.throws(() => parseLine(toLine(byOther), 'here'), { message: /not signed by the key it names \(ann@alder\)/ })
  const named = signChangeset({ ...signed.changeset, key: publicKeyText(other) }, other)
  assert.equal(parseLine(toLine(named), 'here').id, named.id)
})

test('parseLine() keeps an operation whose path has two spellings, and does not know it', () => {
  for (const path of ['etc/motd', '/etc/../motd', '/etc//motd', '/etc/./motd', '/etc/', '', '/e\0']) {
    const written: Operation = { ...snap, path }
    const line = toLine(following(undefined, { operations: [written] }))
    assert.deepEqual(parseLine(line, 'here').changeset.operations, [{ type: 'unknown', written }], path)
  }
})

test('parseLine() refuses a changeset without operations, and names the release of one of a later format', () => {
  assert.throws(() => parseLine(toLine(following(undefined, { operations: [] })), 'here'), /operations/)
  const later = toLine(following(undefined, { format: 2 as 1, release: '6.0.0' }))
  assert.throws(() => parseLine(later, 'here'), {
    code: 'NEWER_RELEASE',
    message: 'here: the changeset is of format 2, which isconf 6.0.0 wrote, and this release reads 1',
  })
})

const newerOperations = {
  'of a type that is not known': { type: 'void', operation: 'x:1', blob: snap.blob },
  'of a kind that is not known': { ...snap, kind: 'device' },
  'with a member that is not known': { ...exec, umask: 18 },
}
for (const [how, newer] of Object.entries(newerOperations)) {
  test(`parseLine() keeps an operation ${how} as it is, and the others are known`, () => {
    const line = toLine(following(undefined, { operations: [exec, newer as never, snap], release: '5.1.0' }))
    const read = parseLine(line, 'here')
    assert.deepEqual(read.changeset.operations, [exec, { type: 'unknown', written: newer }, snap])
    assert.equal(toLine(read), line)
    assert.deepEqual(blobsOf(read), 'blob' in newer ? [snap.blob, snap.blob] : [snap.blob])
  })
}

test('parseLine() knows none of the operations of a changeset with a member that is not known', () => {
  const line = toLine(following(undefined, { operations: [exec, snap], onlyIf: 'web' } as never))
  const read = parseLine(line, 'here')
  assert.deepEqual(
    read.changeset.operations,
    [exec, snap].map((written) => ({ type: 'unknown', written })),
  )
  assert.equal(toLine(read), line)
})

test('parseLine() passes over what is in the notes of a changeset', () => {
  const line = toLine(following(undefined, { operations: [exec], notes: { ticket: [1, { a: null }] } }))
  assert.deepEqual(parseLine(line, 'here').changeset.operations, [exec])
  assert.equal(toLine(parseLine(line, 'here')), line)
})

test('parseChain() reads the lines up to the first that can not be read, and says why that one can not', () => {
  const [one, two, three] = chainOf(['one', 'two', 'three'])
  assert.ok(one && two && three)
  const { changesets, failure } = parseChain([toLine(one), `${toLine(two)} `, toLine(three)], 'cedar')
  assert.deepEqual(changesets, [one])
  assert.equal(failure?.message, 'cedar: line 2 of 3: the changeset is not in canonical form')
  assert.deepEqual(parseChain([toLine(one), toLine(three)], 'cedar').changesets, [one])
  assert.deepEqual(parseChain([toLine(one), toLine(two)], 'cedar'), { changesets: [one, two], failure: undefined })
})

const place = placeOf(signed)
const wrongSuccessors = {
  'of another domain': following(signed, { domain: 'y.example' as DomainName }),
  'that follows another one': following(signed, { previous: '1'.repeat(64) as ChangesetId }),
  'with a number left out': following(signed, { sequence: 4 }),
  'with a number that was before': following(signed, { sequence: 2 }),
  'that miscounts operations': following(signed, { operationsBefore: 2 }),
}
for (const [how, wrong] of Object.entries(wrongSuccessors)) {
  test(`checkFollows() refuses a changeset ${how}`, () => {
    const code = wrong.changeset.domain === domain ? 'JOURNAL_DAMAGED' : 'OTHER_DOMAIN'
    assert.throws(() => checkFollows(place, wrong, domain, 'birch'), { code, message: /^birch: / })
  })
}

test('checkFollows() takes the next one, also one that was written on another branch', () => {
  const next = following(signed, { branch: 'other' as BranchName, operations: [execOf('a'), execOf('b')] })
  assert.deepEqual(checkFollows(place, next, domain, 'birch'), { id: next.id, sequence: 3, operationsAfter: 5 })
  assert.ok(first)
  assert.deepEqual(checkFollows(start, first, domain, 'birch'), { id: first.id, sequence: 1, operationsAfter: 1 })
})

type Path = readonly (string | number)[]

function membersOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([name, member]) => membersOf(member, [...path, name]))
  return path.length === 0 ? inner : [path, ...inner]
}

function at(value: unknown, path: Path): Record<string, unknown> {
  return path.slice(0, -1).reduce((inner, name) => (inner as Record<string, unknown>)[name], value) as never
}

function changed(line: unknown, path: Path): void {
  const holder = at(line, path)
  const name = String(path.at(-1))
  const old = holder[name]
  holder[name] = typeof old === 'number' ? old + 1 : typeof old === 'string' ? alteredText(old) : []
}

/** As good a text of its kind as the old one, where that can be. */
function alteredText(old: string): string {
  if (/^[0-9a-f]{32,64}$/.test(old)) return old.replace(/^./, (digit) => (digit === '1' ? '2' : '1'))
  if (/^\d{4}-/.test(old)) return old.replace(/^\d/, '1')
  return /^[A-Za-z0-9+/]{40,}=*$/.test(old) ? old.replace(/^./, (digit) => (digit === 'A' ? 'B' : 'A')) : `${old}x`
}

function removed(line: unknown, path: Path): void {
  const holder = at(line, path)
  if (Array.isArray(holder)) holder.splice(Number(path.at(-1)), 1)
  else delete holder[String(path.at(-1))]
}

function renamed(line: unknown, path: Path): void {
  const holder = at(line, path)
  holder[`${path.at(-1)}x`] = holder[String(path.at(-1))]
  removed(line, path)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

test('parseLine() refuses what is beyond the bounds of a changeset, however deep or half a character it is', () => {
  const line = toLine(following(undefined))
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const half = toLine(following(undefined, { message: 'MESSAGE' })).replace('MESSAGE', '\\ud800')
  for (const bad of [half, line.replace('"operations":', `"notes":{"a":${nested}},"operations":`), nested]) {
    assert.throws(() => parseLine(bad, 'cedar'), { code: 'JOURNAL_DAMAGED', message: /^cedar: / })
  }
  for (const altered of [
    { sequence: 2 ** 30 + 1 },
    { operationsBefore: 2 ** 30 + 1 },
    { message: 'x'.repeat(4097) },
    { author: `a@${'b'.repeat(599)}` },
    { lock: '0'.repeat(65) },
    { time: `2030-01-01T00:00:00.${'0'.repeat(40)}Z` },
  ]) {
    const bad = toLine(following(undefined, altered))
    assert.throws(() => parseLine(bad, 'cedar'), {
      code: 'JOURNAL_DAMAGED',
      message: new RegExp(Object.keys(altered)[0]!),
    })
  }
})
