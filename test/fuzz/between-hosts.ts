/** The parsers of what hosts say to each other, and strangers to them. */
import assert from 'node:assert/strict'
import { messageSchema, votesSchema } from '../../src/agreement/messages.ts'
import { type BlobRef, type ChangesetId, sha256Hex } from '../../src/base/index.ts'
import { branchStateSchema } from '../../src/branch/index.ts'
import { parseChain, parseLine, toLine } from '../../src/journal/changeset.ts'
import { recordedOperationSchema } from '../../src/journal/index.ts'
import { parseAddress } from '../../src/mesh/address.ts'
import { admit, nonceBytes, type Role, type Wire } from '../../src/mesh/admission.ts'
import { decodeBeacon, encodeBeacon } from '../../src/mesh/beacon.ts'
import { FrameTooLongError, StreamReader } from '../../src/mesh/frames.ts'
import { peerIdOf, publicKeyOf } from '../../src/mesh/peer-id.ts'
import { RefusedError } from '../../src/mesh/refused-error.ts'
import type { PeerId } from '../../src/mesh/transport.ts'
import { announcementSchema, resolutionSchema, summarySchema } from '../../src/replication/announcement.ts'
import { isGenuine, parseRecord, signRecord, verifyByPeerId } from '../../src/replication/inventory/host-record.ts'
import { isPieceList } from '../../src/store/pieces.ts'
import { decodeAnswerHead, decodeRequest, encodeAnswerHead, encodeRequest } from '../../src/transfer/blob-protocol.ts'
import { pack, unpack } from '../../src/transfer/packing.ts'
import { chainOf, domain, execOf, following, generic, key, keyOf } from '../cluster/changesets.ts'
import { joinedWires } from '../sim/wires.ts'
import { ofBytes, ofJson, ofText, type Parser } from './parser.ts'

const time = '2030-01-01T00:00:00.000Z'
const id = sha256Hex('a changeset') as ChangesetId
const peer = peerIdOf(key)
const lock = { id: '1'.repeat(32), user: 'ann', host: 'alder', key: keyOf('alder'), message: 'because', since: time }
const unlocked = { branch: generic, head: id, length: 3, revision: 0, lock: null, broken: null }
const state = { ...unlocked, revision: 5, lock, broken: { lock, by: 'bob@birch', time } }
const resolution = { branch: generic, chosen: id, rejected: sha256Hex('other'), by: 'ann@alder', time }
const words = {
  host: 'alder',
  at: { branch: generic, done: { id, index: 1 }, release: '5.0.0', deviations: [] },
  stopped: { id, index: 2, why: 'exit status 1', since: time },
}
const announcement = {
  ...words,
  states: [state],
  others: [{ branch: generic, first: id, head: id }],
  resolutions: [resolution],
}
const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
const blob: BlobRef = { id, sizeBytes: 3_000_000, pieces: sha256Hex('pieces') }
const entry = { type: 'snap', path: '/etc/motd', owner, mtimeMs: 1, parents: [{ path: '/etc', mode: 0o755, owner }] }
const operations = [
  { ...entry, kind: 'file', mode: 0o644, blob, xattrs: { 'user.a': 'YQ==' } },
  { ...entry, kind: 'symlink', target: 'other' },
  { type: 'snap', kind: 'removal', path: '/tmp/gone' },
  { type: 'exec', argv: ['sh', '-c', 'true'], cwd: '/', env: { A: 'b' } },
  { type: 'bank', kind: 'file', name: 'a-1.0.tar.gz', blob },
  { type: 'void', operation: `${id}:3`, why: 'a mistake' },
  { type: 'later', what: [1, { a: null }] },
]
const lines = [...chainOf(['one', 'two']), following(undefined, { operations: [execOf('a', 'é')], notes: { a: [1] } })]
const record = signRecord({ peer, count: 3, time, addresses: ['tcp 10.0.0.1:65027'], ...words }, key)
const member = {
  domain,
  keys: () => ({ proves: 'a key of the domain', accepts: ['a key of the domain'], acceptsAny: false }),
}
const request = { kind: 'range', id, position: 4_194_304, length: 1_048_576 } as const
const small: BlobRef = { id, sizeBytes: 100, pieces: sha256Hex(Buffer.from(id, 'hex')) }

/** What each side of an admission has said, which is the same whenever it is done: nothing in it is left to chance. */
const admissions = await recordedAdmission()

export const betweenHosts: readonly Parser[] = [
  ofText('lines of a journal', lines.map(toLine), (text) => {
    const signed = parseLine(text, 'a peer')
    assert.equal(toLine(signed), text, 'what is taken is kept byte for byte')
  }),
  ofText('answers of lines', [lines.slice(0, 2).map(toLine).join('\n')], (text) => {
    const { changesets, failure } = parseChain(text.split('\n'), 'a peer')
    assert.ok(failure !== undefined || changesets.length === text.split('\n').length)
  }),
  ofJson('operations', recordedOperationSchema, operations),
  ofJson('states and locks', branchStateSchema, [state, unlocked]),
  ofJson('announcements', announcementSchema, [announcement]),
  ofJson('summaries', summarySchema, [{ ...words, digest: id.slice(0, 16), hosts: id.slice(0, 16) }]),
  ofJson('resolutions', resolutionSchema, [resolution]),
  ofJson('proposals', messageSchema, [
    { type: 'propose', proposal: { id: '1'.repeat(32), from: unlocked, to: state }, visited: [peer], waitMs: 3000 },
    { type: 'release', branch: generic, proposal: '1'.repeat(32), visited: [peer] },
  ]),
  ofJson('votes', votesSchema, [
    [
      { vote: 'yes', state },
      { vote: 'busy', state: unlocked, trouble: 'no room' },
    ],
  ]),
  ofText('records of hosts', [record.said], (said) => {
    const parsed = parseRecord({ said, signature: record.signature })
    if (parsed)
      assert.equal(isGenuine({ said, signature: record.signature }, parsed, verifyByPeerId), said === record.said)
  }),
  ofText('ids of peers', [peer], (text) => void publicKeyOf(text)),
  ofText('addresses of peers', ['/ip4/10.0.0.1/tcp/65027', 'tcp 10.0.0.1:65027', `[fe80::1]:65027/${peer}`], (text) => {
    parseAddress(text)
  }),
  ofBytes('beacons', [encodeBeacon(peer, 65_027, domain)], (bytes) => void decodeBeacon(bytes, domain)),
  ofBytes('questions for files', [encodeRequest(request)], (bytes) => {
    decodeRequest(Buffer.concat([bytes, Buffer.alloc(45)]).subarray(0, 45))
  }),
  ofBytes('heads of answers', [encodeAnswerHead({ length: 7, isPacked: true })], (bytes) => {
    decodeAnswerHead(Buffer.concat([bytes, Buffer.alloc(5)]).subarray(0, 5))
  }),
  ofBytes('piece lists', [Buffer.from(id, 'hex')], (bytes) => {
    assert.equal(isPieceList(small, bytes), Buffer.from(id, 'hex').equals(bytes))
  }),
  ofBytes('packed pieces', [pack(Buffer.alloc(4096, 'abc')).bytes], (bytes) => {
    try {
      unpack(bytes, 4096)
    } catch {
      // Refused, whatever zlib says of it.
    }
  }),
  ofBytes('frames', [Uint8Array.of(0, 0, 0, 3, 1, 2, 3)], async (bytes) => {
    const reader = new StreamReader(chunksOf(bytes))
    try {
      while ((await reader.frame(64)) !== undefined);
    } catch (error) {
      if (!(error instanceof FrameTooLongError || (error as Error).name === 'StreamEndedError')) throw error
    }
  }),
  admissionsOf('dialer'),
  admissionsOf('listener'),
]

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3)
}

/** Somebody who says this, and no more. */
function wireOf(bytes: Uint8Array) {
  let at = 0
  return {
    send: async () => undefined,
    read: async (length: number) => {
      at += length
      if (at > bytes.length) throw new Error('gone')
      return bytes.subarray(at - length, at)
    },
  }
}

/** One side of an admission that goes on as another did, whatever the other side says instead. */
function begin(role: Role, wire: Wire): Promise<string | undefined> {
  const [dialer, listener] = [peer, 'other' as PeerId]
  const [self, other] = role === 'dialer' ? [dialer, listener] : [listener, dialer]
  const random = { bytes: (length: number) => Buffer.alloc(length, role), below: () => 0 }
  const binding = Buffer.alloc(32, 'binding')
  return admit(wire, { role, self, other, nonce: Buffer.alloc(nonceBytes, role), random, binding }, member)
}

async function recordedAdmission(): Promise<Readonly<Record<Role, Buffer>>> {
  const said: Record<Role, Uint8Array[]> = { dialer: [], listener: [] }
  const [near, far] = joinedWires()
  const recorded = (role: Role, { read, send }: Wire): Wire => ({
    read,
    send: (bytes) => {
      said[role].push(bytes)
      return send(bytes)
    },
  })
  await Promise.all([begin('dialer', recorded('dialer', near)), begin('listener', recorded('listener', far))])
  return { dialer: Buffer.concat(said.dialer), listener: Buffer.concat(said.listener) }
}

/** What is said to who has this role. */
function admissionsOf(role: Role): Parser {
  const right = admissions[role === 'dialer' ? 'listener' : 'dialer']
  return ofBytes(`admissions to a ${role}`, [right], async (bytes) => {
    try {
      await begin(role, wireOf(bytes))
      assert.ok(right.equals(bytes.subarray(0, right.length)), 'nobody else is admitted')
    } catch (error) {
      const isExpected = /^gone$|more keys than|of low order/.test((error as Error).message)
      if (!(error instanceof RefusedError || isExpected)) throw error
    }
  })
}
