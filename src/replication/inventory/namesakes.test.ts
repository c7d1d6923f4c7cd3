import assert from 'node:assert/strict'
import test from 'node:test'
import { distinctName, shortNameOf } from './namesakes.ts'

const self = '12D3KooWabcdefUVWXYZ'

test('a host goes by the shortest name that tells it from the others', () => {
  const own = { short: 'db1', full: 'db1.fra.example' }
  assert.equal(distinctName(own, self, []), 'db1')
  assert.equal(distinctName(own, self, ['db1']), 'db1.fra.example')
  assert.equal(distinctName(own, self, ['db1.nyc.example']), 'db1.fra.example')
  for (const other of ['db1.fra.example', 'DB1.fra.example', 'db1.fra.example#123456'])
    assert.equal(distinctName(own, self, [other]), 'db1.fra.example#UVWXYZ')
  assert.equal(distinctName({ short: 'db1', full: 'db1' }, self, ['db1']), 'db1#UVWXYZ')
})

test('hosts that go by longer names, to be told apart, still share the short one', () => {
  for (const name of ['db1', 'DB1', 'db1.nyc', 'db1#123456']) assert.equal(shortNameOf(name), 'db1')
  for (const name of ['db', 'db10', 'db1-nyc', 'db2.db1']) assert.notEqual(shortNameOf(name), 'db1')
})
