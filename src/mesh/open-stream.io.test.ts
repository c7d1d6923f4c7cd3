import assert from 'node:assert/strict'
import test from 'node:test'
import type { MeshConnection } from './connection.io.ts'
import type { Http2PeerStream } from './http2-stream.io.ts'
import type { Links } from './links.ts'
import { openOnLink } from './open-stream.io.ts'
import { RefusedStreamError } from './session.io.ts'
import type { Opening, PeerId } from './transport.ts'

const peer = 'birch' as PeerId
const stream = {} as Http2PeerStream
const opening = { first: Buffer.from('a question') }

/** A link with a connection each, asked in this order; each hears what is opened on it. */
function linksWith(...opens: readonly (() => Promise<Http2PeerStream | undefined>)[]) {
  const heard: unknown[] = []
  const connections = opens.map((open, index) => ({
    peer,
    openStream: (protocol: string, { first }: Opening) => {
      heard.push(`${index}: ${protocol} ${first}`)
      return open()
    },
  }))
  const toAsk = () => (connections.length > 1 ? connections.shift() : connections[0])
  return { heard, links: { toAsk } as unknown as Links<MeshConnection> }
}

const refuses = () => Promise.reject(new RefusedStreamError('refused'))
const opens = () => Promise.resolve(stream)

test('what a connection on its way out has refused is asked on another, with what is said first', async () => {
  const { links, heard } = linksWith(refuses, opens)
  assert.equal(await openOnLink(links, peer, '/test/1', opening), stream)
  assert.deepEqual(heard, ['0: /test/1 a question', '1: /test/1 a question'])
})

test('nothing is asked twice that a peer may have heard, and nothing where there is no other connection', async () => {
  const lost = linksWith(() => Promise.reject(new Error('connection lost')), opens)
  await assert.rejects(openOnLink(lost.links, peer, '/test/1', opening), /connection lost/)
  const unknown = linksWith(() => Promise.resolve(undefined), opens)
  await assert.rejects(openOnLink(unknown.links, peer, '/test/1', opening), /does not speak/)
  const alone = linksWith(refuses)
  await assert.rejects(openOnLink(alone.links, peer, '/test/1', opening), /refused/)
  for (const { heard } of [lost, unknown, alone]) assert.equal(heard.length, 1)
})
