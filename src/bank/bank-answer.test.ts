import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlobRef } from '../base/index.ts'
import { answerBank, askedFor, type BankReply, type BankRequest } from './bank-answer.ts'

const blob = { id: 'ab'.repeat(32), sizeBytes: 1000, pieces: 'cd'.repeat(32) }
const empty = { ...blob, sizeBytes: 0 }
const name = 'libstdc++_6:1.0~rc1.deb'
const files: ReadonlyMap<string, BlobRef> = new Map([
  ['empty', empty],
  [name, blob],
])

function ask(target: string, headers: BankRequest['headers'] = {}, method = 'GET'): BankReply {
  return answered({ method, target, headers: { host: '127.0.0.1:65028', ...headers } })
}

function answered(request: BankRequest): BankReply {
  const asked = askedFor(request.target)
  const blob = asked && 'name' in asked ? files.get(asked.name) : undefined
  return answerBank(request, { branch: 'web', blob }, [...files.keys()])
}

const textOf = ({ body }: BankReply): string => ('text' in body ? body.text : assert.fail('not a text'))
const rangeOf = ({ body }: BankReply) => ('range' in body ? [body.range.from, body.range.end] : assert.fail('a text'))

test('a published file is answered whole, with its hash as the entity tag', () => {
  for (const target of [`/pkgbank/${name}`, `/pkgbank/${encodeURIComponent(name)}`, `/pkgbank/${name}?x=1`]) {
    const reply = ask(target)
    assert.deepEqual([reply.status, ...rangeOf(reply)], [200, 0, 1000], target)
    assert.equal(reply.headers['etag'], `"${blob.id}"`)
    assert.equal(reply.headers['content-length'], '1000')
    assert.equal(reply.headers['accept-ranges'], 'bytes')
  }
  assert.deepEqual(rangeOf(ask('/pkgbank/empty')), [0, 0])
})

test('a range counts for GET alone', () => {
  const headers = { host: 'localhost', range: 'bytes=1-2' }
  const reply = answered({ method: 'HEAD', target: `/pkgbank/${name}`, headers })
  assert.deepEqual([reply.status, reply.headers['content-length']], [200, '1000'])
})

test('the directory lists the names', () => {
  for (const target of ['/pkgbank', '/pkgbank/']) assert.equal(textOf(ask(target)), `empty\n${name}\n`)
  const none = answerBank({ method: 'GET', target: '/pkgbank/', headers: { host: 'localhost' } }, { branch: 'web' })
  assert.deepEqual([none.status, none.headers['content-length']], [200, '0'])
})

for (const [what, target, words] of [
  ['a name that is not published', '/pkgbank/foo', /branch web has no file "foo": `isconf bank` lists/],
  ['a path outside', '/etc/passwd', /nothing is at \/etc\/passwd: .* below \/pkgbank\//],
  ['a name that only begins alike', '/pkgbankfoo', /nothing is at/],
  ['a way up', '/pkgbank/../etc/passwd', /has no file "..\/etc\/passwd"/],
  ['a broken escape', '/pkgbank/%zz', /nothing is at/],
] as const) {
  test(`${what} is not found, and the text says what to do`, () => {
    const reply = ask(target)
    assert.equal(reply.status, 404)
    assert.match(reply.headers['content-type'] ?? '', /^text\/plain/)
    assert.match(textOf(reply), words)
  })
}

for (const [range, from, end] of [
  ['bytes=0-0', 0, 1],
  ['bytes=10-19', 10, 20],
  ['bytes=990-', 990, 1000],
  ['bytes=990-5000', 990, 1000],
  ['bytes=-10', 990, 1000],
  ['bytes=-5000', 0, 1000],
] as const) {
  test(`the range ${range} is answered with a part`, () => {
    const reply = ask(`/pkgbank/${name}`, { range })
    assert.deepEqual([reply.status, ...rangeOf(reply)], [206, from, end])
    assert.equal(reply.headers['content-range'], `bytes ${from}-${end - 1}/1000`)
    assert.equal(reply.headers['content-length'], String(end - from))
  })
}

for (const range of ['bytes=1000-', 'bytes=-0']) {
  test(`the range ${range} is refused with the size of the file`, () => {
    const reply = ask(`/pkgbank/${name}`, { range })
    assert.deepEqual([reply.status, reply.headers['content-range']], [416, 'bytes */1000'])
  })
}

for (const range of ['bytes=0-1,5-6', 'lines=0-1', 'bytes=5-2', 'bytes=-', 'bytes=a-b', 'bytes=1']) {
  test(`the range ${range} is answered with the whole`, () => {
    assert.equal(ask(`/pkgbank/${name}`, { range }).status, 200)
  })
}

test('a range of another version of the file is answered with the whole', () => {
  const of = (tag: string) => ask(`/pkgbank/${name}`, { range: 'bytes=5-', 'if-range': tag }).status
  assert.deepEqual([of(`"${blob.id}"`), of('"other"'), of('Sat, 01 Jan 2000 00:00:00 GMT')], [206, 200, 200])
})

test('who has the file already gets 304', () => {
  for (const tag of [`"${blob.id}"`, `"x", W/"${blob.id}"`, '*']) {
    assert.equal(ask(`/pkgbank/${name}`, { 'if-none-match': tag }).status, 304, tag)
  }
  assert.equal(ask(`/pkgbank/${name}`, { 'if-none-match': '"x"' }).status, 200)
})

test('only GET and HEAD are answered', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT']) {
    const reply = ask(`/pkgbank/${name}`, {}, method)
    assert.deepEqual([reply.status, reply.headers['allow']], [405, 'GET, HEAD'])
  }
  assert.equal(ask(`/pkgbank/${name}`, {}, 'HEAD').status, 200)
})

test('a request under another name than that of this host itself is refused, whatever it asks for', () => {
  for (const host of ['127.0.0.1', '127.0.0.1:1', 'localhost:65028', 'LOCALHOST']) {
    assert.equal(ask(`/pkgbank/${name}`, { host }).status, 200, host)
  }
  for (const host of [
    'evil.example',
    'evil.example:65028',
    '127.0.0.1.evil.example',
    'localhost.evil',
    '10.0.0.1',
    '',
  ]) {
    const reply = ask('/pkgbank/', { host })
    assert.deepEqual([reply.status, 'text' in reply.body && reply.body.text.includes('empty')], [403, false], host)
  }
  assert.equal(ask('/pkgbank/', { host: undefined }).status, 403)
})

test('no page of another origin can make anything of a file', () => {
  for (const target of [`/pkgbank/${name}`, '/pkgbank/', '/pkgbank/foo']) {
    const { headers } = ask(target)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['access-control-allow-origin'], undefined)
  }
})
