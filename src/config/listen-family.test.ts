import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenFamilyText } from './listen-family.ts'

const loopback = { address: '127.0.0.1', family: 'IPv4', internal: true }
const linkLocal = { address: 'fe80::1', family: 'IPv6', internal: false }
const outside6 = { address: 'fd00:82::1', family: 'IPv6', internal: false }
const outside4 = { address: '10.0.0.1', family: 'IPv4', internal: false }

test('a host that has addresses of IPv6 alone, and listens on IPv4 alone, is told so', () => {
  assert.match(listenFamilyText('0.0.0.0', [loopback, linkLocal, outside6]) ?? '', /IS_LISTEN = ::/)
  assert.equal(listenFamilyText('::', [loopback, outside6]), undefined)
  assert.equal(listenFamilyText('0.0.0.0', [loopback, outside6, outside4]), undefined)
  // Without a network there is nothing to say.
  assert.equal(listenFamilyText('0.0.0.0', [loopback, linkLocal]), undefined)
})
