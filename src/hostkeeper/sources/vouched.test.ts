import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../../test/support/files.ts'
import { refuseUnsigned, refuseUnvouched, unvouchedBy } from './vouched.ts'

const sum = '0'.repeat(64)
const key = '/etc/is/site.pub'

test('unvouchedBy() names the protocol in which anybody on the way can change what comes', () => {
  const by = (address: string) => unvouchedBy(address, { key: undefined })
  for (const [address, protocol] of [
    ['git://alder/site.git#main', 'git'],
    ['git+http://alder/site.git', 'http'],
    ['git+git://alder/site.git', 'git'],
    ['rsync://alder/trees', 'rsync'],
    ['http://alder/site.tar.gz', 'http'],
    ['http://alder/stable', 'http'],
  ] as const)
    assert.equal(by(address), protocol, address)
  for (const address of [
    ...['/srv/tree', 'file:///srv/tree', 'exec:cp -R /srv/tree/. .', 'isconf:/srv/tree@config'],
    ...['git+https://alder/site.git', 'git+ssh://alder/site.git', 'git+file:///srv/site.git', 'rsync:alder:/srv/tree'],
    ...['https://alder/stable', `http://alder/site.tar.gz#sha256=${sum}`],
  ])
    assert.equal(by(address), undefined, address)
  assert.equal(unvouchedBy('http://alder/stable', { key }), undefined, 'its signature is checked')
})

test('refuseUnvouched() refuses these unless a setting says otherwise', () => {
  const none = { key: undefined, insecure: 'no' } as const
  for (const address of ['git://alder/x', 'rsync://alder/x', 'http://alder/stable']) {
    assert.throws(
      () => refuseUnvouched(address, none),
      failure('CONFIG', /anybody on the way could change what is sent/),
    )
    refuseUnvouched(address, { ...none, insecure: 'yes' })
  }
})

test('refuseUnsigned() takes nothing but the web when there is a key, whatever the settings say', () => {
  for (const address of ['/srv/tree', 'exec:true', 'isconf:/srv/tree', 'git+ssh://alder/x', 'rsync:alder:/x']) {
    assert.throws(() => refuseUnsigned(address, { key, insecure: 'yes' }), failure('CONFIG', /nothing is signed there/))
    refuseUnsigned(address, { key: undefined, insecure: 'no' })
  }
  refuseUnsigned('https://alder/stable', { key, insecure: 'no' })
})
