import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionShares } from './connection-shares.ts'

const limits = { rootMax: 64, othersMax: 32, userMax: 8 }

const admitted = (shares: ConnectionShares, uid: number | undefined, tries: number): number =>
  Array.from({ length: tries }, () => shares.admit(uid)).filter((leave) => leave !== undefined).length

test('a user has their share, all users have theirs together, and root has its own', () => {
  const shares = new ConnectionShares(limits, (uid) => uid === 0)
  assert.equal(admitted(shares, 1000, 100), 8)
  for (const uid of [1001, 1002, undefined]) assert.equal(admitted(shares, uid, 100), 8)
  assert.equal(admitted(shares, 1003, 1), 0)
  assert.equal(admitted(shares, 0, 100), 64)
})

test('who ends a connection may have another', () => {
  const shares = new ConnectionShares(limits, () => false)
  const leaves = Array.from({ length: 8 }, () => shares.admit(1000))
  assert.equal(shares.admit(1000), undefined)
  leaves[3]?.()
  assert.notEqual(shares.admit(1000), undefined)
  assert.equal(shares.admit(1000), undefined)
})
