import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbersOf, ownerNames } from './owners.io.ts'

test('ownerNames() gives the names of this host, and empty ones for numbers that have none', async () => {
  const ownerOf = await ownerNames()
  assert.deepEqual(ownerOf(0, 0), { uid: 0, gid: 0, user: 'root', group: 'root' })
  assert.deepEqual(ownerOf(3_999_999_999, 3_999_999_998), {
    uid: 3_999_999_999,
    gid: 3_999_999_998,
    user: '',
    group: '',
  })
})

const root = { uid: 4242, gid: 4243, user: 'root', group: 'root' }

test('numbersOf() by name takes the number that the name has here', async () => {
  assert.deepEqual(await numbersOf(root, 'name'), { uid: 0, gid: 0 })
})

test('numbersOf() by number takes the recorded number, whatever the name', async () => {
  assert.deepEqual(await numbersOf(root, 'numeric'), { uid: 4242, gid: 4243 })
})

test('numbersOf() takes the recorded number of each name that is not known here, or empty', async () => {
  assert.deepEqual(await numbersOf({ ...root, user: 'no-such-user' }, 'name'), { uid: 4242, gid: 0 })
  assert.deepEqual(await numbersOf({ ...root, group: '' }, 'name'), { uid: 0, gid: 4243 })
})
