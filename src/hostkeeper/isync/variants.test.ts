import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesForHost } from './variants.ts'

const hosts = {
  own: ['web1.example.com', 'web1'],
  others: new Set(['web2', 'web2.example.com', 'example.org', 'web3']),
}

test('namesForHost() takes the variant of this host and leaves out those of others', () => {
  const names = [
    'a',
    'a.web1',
    'a.web1.example.com',
    'b',
    'b.web1',
    'c.web1',
    'b.web2',
    'e.d',
    'e.d.web2',
    '.web1',
    'f.bak',
  ]
  const { sources, leftOut } = namesForHost(names, hosts)
  assert.deepEqual([...sources].sort(), [
    ['.web1', '.web1'],
    ['a', 'a.web1.example.com'],
    ['b', 'b.web1'],
    ['c', 'c.web1'],
    ['e.d', 'e.d'],
    ['f.bak', 'f.bak'],
  ])
  assert.deepEqual(leftOut, ['b.web2', 'e.d.web2'])
})

test('namesForHost() takes a name that ends in a host for a variant only where something else says so', () => {
  assert.deepEqual([...namesForHost(['db.example.org', 'x'], hosts).sources.keys()], ['db.example.org', 'x'])
  assert.deepEqual(namesForHost(['db', 'db.example.org'], hosts).leftOut, ['db.example.org'])
  // Nobody gets the key of another host because there is none for all.
  assert.deepEqual(namesForHost(['key.web2', 'key.web3'], hosts).leftOut, ['key.web2', 'key.web3'])
  assert.deepEqual(namesForHost(['key.web1', 'key.web3'], hosts).leftOut, ['key.web3'])
  assert.deepEqual(namesForHost(['key.web2'], hosts, (name) => name === 'key').leftOut, ['key.web2'])
  const listed = namesForHost(['db', 'db.web1', 'db.web2'], hosts, (name) => name.startsWith('db.'))
  assert.deepEqual([[...listed.sources.keys()], listed.leftOut], [['db', 'db.web1', 'db.web2'], []])
})

test('namesForHost() knows a host whatever the case of its name, and as it is called first', () => {
  const found = (...names: readonly string[]): string | undefined => namesForHost(names, hosts).sources.get('a')
  assert.equal(found('a', 'a.WEB1'), 'a.WEB1')
  assert.equal(found('a', 'a.WEB1', 'a.web1'), 'a.web1')
  assert.equal(found('a', 'a.web1', 'a.Web1.Example.com'), 'a.Web1.Example.com')
  assert.deepEqual(namesForHost(['a', 'a.WEB2'], hosts).leftOut, ['a.WEB2'])
})
