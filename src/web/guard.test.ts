import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Headers, refusalOf } from './guard.ts'

const statusOf = (headers: Headers, method = 'GET'): number | undefined => refusalOf(method, headers)?.status

test('only GET is answered', () => {
  for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS']) assert.equal(statusOf({ host: 'localhost' }, method), 405)
})

test('a name that somebody may have pointed here is not answered to', () => {
  for (const host of ['127.0.0.1', '127.0.0.1:8080', 'localhost:65535', 'LOCALHOST', '[::1]:80'])
    assert.equal(statusOf({ host }), undefined, host)
  for (const host of [
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '127.0.0.1:80@evil.example',
    '127.0.0.2',
    '0.0.0.0',
    'localhost:',
    'localhost, evil.example',
    '127.0.0.1\n',
  ])
    assert.equal(statusOf({ host }), 421, host)
})

test('a request that a page of another site has made is not answered', () => {
  const host = 'localhost:80'
  assert.equal(statusOf({ host, origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }), undefined)
  assert.equal(statusOf({ host, 'sec-fetch-site': 'none' }), undefined)
  for (const origin of ['http://evil.example', 'http://localhost:81', 'https://localhost:80', 'null', ''])
    assert.equal(statusOf({ host, origin }), 403, origin)
  for (const site of ['cross-site', 'same-site', 'nonsense'])
    assert.equal(statusOf({ host, 'sec-fetch-site': site }), 403, site)
})
