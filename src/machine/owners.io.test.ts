import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NameService, OwnerNames, OwnerNumbers } from './owners.io.ts'

const root = { uid: 4242, gid: 4243, user: 'root', group: 'root' }

/** A name service that knows nobody else than dora, 4711, and notes what it is asked. */
function doraAlone(): { readonly ask: NameService; readonly asked: string[] } {
  const asked: string[] = []
  const ask: NameService = async (database, keys) => {
    asked.push(`${database} ${keys.join(' ')}`)
    return keys.some((key) => key === 'dora' || key === '4711') ? [{ name: 'dora', number: 4711 }] : []
  }
  return { ask, asked }
}

test('OwnerNames gives the names of this host, and empty ones for numbers that have none', async () => {
  const names = new OwnerNames()
  const [known, unknown] = [names.of(0, 0), names.of(3_999_999_999, 3_999_999_998)]
  await names.fill()
  assert.deepEqual(known, { uid: 0, gid: 0, user: 'root', group: 'root' })
  assert.deepEqual(unknown, { uid: 3_999_999_999, gid: 3_999_999_998, user: '', group: '' })
})

test('OwnerNames asks the name service, once for all owners of each kind', async () => {
  const { ask, asked } = doraAlone()
  const names = new OwnerNames(ask)
  const owners = [names.of(4711, 0), names.of(0, 4711), names.of(4711, 0)]
  await names.fill()
  assert.deepEqual(
    owners.map(({ user, group }) => [user, group]),
    [
      ['dora', ''],
      ['', 'dora'],
      ['dora', ''],
    ],
  )
  assert.deepEqual(asked.sort(), ['group 0 4711', 'passwd 4711 0'])
})

test('OwnerNumbers by name takes the number that the name has here', async () => {
  assert.deepEqual((await new OwnerNumbers().of([root], 'name'))(root), { uid: 0, gid: 0 })
})

test('OwnerNumbers by number takes the recorded number, whatever the name, and asks nobody', async () => {
  const { ask, asked } = doraAlone()
  assert.deepEqual((await new OwnerNumbers(ask).of([root], 'numeric'))(root), { uid: 4242, gid: 4243 })
  assert.deepEqual(asked, [])
})

test('OwnerNumbers takes the recorded number of an owner without a name where nobody has it here', async () => {
  const owner = { ...root, group: '' }
  assert.deepEqual((await new OwnerNumbers().of([owner], 'name'))(owner), { uid: 0, gid: 4243 })
})

test('OwnerNumbers gives nobody what is of a name that is not here, or of a number that is his by chance', async () => {
  const { ask } = doraAlone()
  for (const [owner, said] of [
    [{ ...root, user: 'no-such-user' }, /there is no user no-such-user here \(4242 on the origin\): make it first; /],
    [{ ...root, user: '4711' }, /there is no user 4711 here /],
    [{ ...root, user: 'dora', group: 'staff', gid: 4711 }, /there is no group staff here \(4711 on the origin\)/],
    [{ ...root, user: '', uid: 4711 }, /user 4711 had no name on the origin and is dora here; .*IS_OWNER = numeric$/],
    [{ ...root, user: 'dora', group: '', gid: 4711 }, /group 4711 had no name on the origin and is dora here; /],
  ] as const) {
    const numbersOf = await new OwnerNumbers(ask).of([owner], 'name')
    assert.throws(() => numbersOf(owner), said)
  }
})

test('OwnerNumbers asks once for a name that is known, and again for one that is not, or when it was told to', async () => {
  const { ask, asked } = doraAlone()
  const [dora, nobody] = ['dora', 'no-such-user'].map((user) => ({ ...root, user, group: 'dora' })) as [
    typeof root,
    typeof root,
  ]
  const numbers = new OwnerNumbers(ask)
  assert.deepEqual((await numbers.of([dora, nobody], 'name'))(dora), { uid: 4711, gid: 4711 })
  await numbers.of([dora], 'name')
  await numbers.of([dora, nobody], 'name')
  numbers.forget()
  await numbers.of([dora], 'name')
  assert.deepEqual(
    asked.filter((one) => one.startsWith('passwd')),
    ['passwd dora no-such-user', 'passwd no-such-user', 'passwd dora'],
  )
})

test('unknown() says of each owner that this host does not have why, and nothing where numbers count', async () => {
  const nobody = { uid: 4242, gid: 4242, user: 'no-such-user', group: 'no-such-group' }
  const numbers = new OwnerNumbers()
  const [why = '', ...more] = await numbers.unknown([root, nobody], 'name')
  assert.match(why, /^there is no user no-such-user here \(4242 on the origin\)/)
  assert.deepEqual(more, [])
  assert.deepEqual(await numbers.unknown([root, nobody], 'numeric'), [])
})
