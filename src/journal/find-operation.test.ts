import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, following } from '../../test/cluster/changesets.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { DomainName, IsconfError } from '../base/index.ts'
import type { SignedChangeset } from './changeset.ts'
import { findChangeset, findOperation } from './find-operation.ts'
import { Journal } from './journal.ts'

async function journalOf(...changesets: readonly SignedChangeset[]): Promise<Journal> {
  const journal = await Journal.open(new SimDisk(seededRandom(1)), '/journal', 'sim.example' as DomainName)
  await journal.append(changesets, 'test')
  return journal
}

const step = execOf('append', '/data/log', 'text')
const one = following(undefined, { operations: [step, step, step] })
const two = following(one, { operations: [step] })

test('findOperation() knows an operation by the beginning of its changeset id and its index', async () => {
  const journal = await journalOf(one, two)
  for (const length of [4, 12, 64]) {
    const found = await findOperation(journal, `${one.id.slice(0, length)}:1`)
    assert.deepEqual(found, { ref: { id: one.id, index: 1 }, sequence: 1 })
  }
})

test('findOperation() takes an id without an index for the last operation of the changeset', async () => {
  const journal = await journalOf(one, two)
  assert.deepEqual(await findOperation(journal, one.id.slice(0, 12)), { ref: { id: one.id, index: 2 }, sequence: 1 })
  assert.deepEqual(await findOperation(journal, two.id.slice(0, 12)), { ref: { id: two.id, index: 0 }, sequence: 2 })
})

test('findOperation() refuses a name of nothing, of too much, and what is no name', async () => {
  const journal = await journalOf(one, two)
  const absent = [...'0123456789abcdef']
    .map((digit) => digit.repeat(5))
    .find((prefix) => !one.id.startsWith(prefix) && !two.id.startsWith(prefix))
  const cases: readonly [string, RegExp][] = [
    [`${absent}:0`, /^no changeset of the branch begins with/],
    [`${one.id.slice(0, 12)}:3`, /the last one of that changeset is [0-9a-f]{12}:2$/],
    ...['', 'abc', 'abcd:', 'abcd:-1', 'ABCDEF', 'abcd:0:0', 'motd'].map((name): [string, RegExp] => [
      name,
      /^not the name of an operation: "/,
    ]),
  ]
  for (const [name, message] of cases) {
    await assert.rejects(findOperation(journal, name), (error: IsconfError) => {
      assert.equal(error.code, 'NO_SUCH_OPERATION')
      assert.match(error.message, message)
      return true
    })
  }
})

test('findOperation() refuses the beginning that two ids share', async () => {
  const byPrefix = new Map<string, SignedChangeset>()
  const changesets: SignedChangeset[] = []
  // 4 digits are shared by two of a few hundred more often than not.
  for (let last: SignedChangeset | undefined; ; last = changesets.at(-1)) {
    const next = following(last, { operations: [step] })
    changesets.push(next)
    const prefix = next.id.slice(0, 4)
    if (byPrefix.has(prefix)) {
      const journal = await journalOf(...changesets)
      await assert.rejects(findOperation(journal, prefix), /more than one changeset of the branch begins with/)
      return
    }
    byPrefix.set(prefix, next)
  }
})

test('a name with a slip in it, or that is none, is answered with the one that may have been meant', async () => {
  const journal = await journalOf(one, two)
  const typed = one.id.slice(0, 12)
  const slip = `${typed.slice(0, 5)}${typed[5] === '0' ? '1' : '0'}${typed.slice(6)}`
  const message = (find: Promise<unknown>): Promise<string> => find.then(String, (error: Error) => error.message)
  const meant = `did you mean ${typed}`
  assert.ok((await message(findOperation(journal, `${slip}:1`))).endsWith(`(${meant}:1?)`))
  assert.ok((await message(findChangeset(journal, slip))).endsWith(`(${meant}?)`))
  assert.ok((await message(findChangeset(journal, typed.toUpperCase()))).endsWith(`(${meant}?)`))
  assert.ok((await message(findOperation(journal, `${typed}:x`))).endsWith(`(${meant}?)`))
  const short = 'not the name of an operation: "abc": it takes at least 4 digits of the id'
  assert.equal(await message(findOperation(journal, 'abc')), short)
  const head = `not the name of a changeset: "HEAD" (the newest changeset is ${two.id.slice(0, 12)})`
  assert.equal(await message(findChangeset(journal, 'HEAD')), head)
  assert.match(await message(findOperation(await journalOf(), 'abcd')), /: the journal is empty$/)
  assert.equal((await findChangeset(journal, typed)).id, one.id)
})
