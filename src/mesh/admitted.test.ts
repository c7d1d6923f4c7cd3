import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DomainKeys, noKeys } from './admission.ts'
import { Admitted } from './admitted.ts'
import type { PeerId } from './transport.ts'

const [ann, bob, eve] = ['ann', 'bob', 'eve'] as unknown as [PeerId, PeerId, PeerId]
const keys = (...accepts: readonly string[]): DomainKeys => ({ proves: accepts[0], accepts, acceptsAny: false })

function made(): Admitted {
  const admitted = new Admitted()
  admitted.note(ann, 'k1')
  admitted.note(bob, 'k2')
  // Let in while no key was asked for.
  admitted.note(eve, undefined)
  return admitted
}

test('Admitted.outsiders() are those whose key is gone, or who never proved one', () => {
  assert.deepEqual(made().outsiders([ann, bob, eve], keys('k1', 'k2')), [eve])
  assert.deepEqual(made().outsiders([ann, bob, eve], keys('k2')), [ann, eve])
  assert.deepEqual(made().outsiders([bob], keys('k2')), [])
})

test('Admitted.outsiders() is nobody where no key is asked for', () => {
  assert.deepEqual(made().outsiders([ann, bob, eve], noKeys), [])
  assert.deepEqual(made().outsiders([ann, bob, eve], { ...keys('k3'), acceptsAny: true }), [])
})

test('Admitted counts the last key that a peer has proved, and none for one that it has forgotten', () => {
  const admitted = made()
  admitted.note(ann, 'k2')
  admitted.forget(bob)
  assert.deepEqual(admitted.outsiders([ann, bob], keys('k2')), [bob])
})

test('Admitted remembers a bounded number', () => {
  const admitted = made()
  for (let index = 0; index < 1024; index += 1) admitted.note(String(index) as PeerId, 'k1')
  assert.deepEqual(admitted.outsiders([ann], keys('k1')), [ann])
  assert.deepEqual(admitted.outsiders(['1023' as PeerId], keys('k1')), [])
})

test('Admitted tells who was admitted before, also when it is gone, until it is refused', () => {
  const admitted = made()
  admitted.forget(ann)
  admitted.refuse(bob)
  assert.deepEqual(
    [ann, bob, eve, 'new' as PeerId].map((peer) => admitted.hasMet(peer)),
    [true, false, true, false],
  )
  for (let index = 0; index < 1024; index += 1) admitted.note(String(index) as PeerId, 'k1')
  assert.deepEqual([admitted.hasMet(ann), admitted.hasMet('0' as PeerId)], [false, true])
})
