/**
 * One handshake of TLS 1.3 (RFC 8446) made by hand, because no library makes this one: whoever shows a certificate here
 * signs with any key. X25519, AES-128-GCM, SHA-256 and Ed25519 alone; what the other side proves is not looked at.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Socket } from 'node:net'
import { KeySchedule, type Side } from './key-schedule.ts'
import { extension, extensionsOf, message, plainRecord, vector } from './messages.ts'
import { type Direction, type Opened, openRecord, recordsOf, sealRecord } from './records.ts'

/** A certificate as DER, and the key that signs for it: its own, or not. */
export interface Shown {
  readonly certificate: Buffer
  readonly key: KeyObject
}

/** What the other side made of it: it goes on, or said no by this alert (51: decrypt_error). */
export type Verdict = 'goes on' | `alert ${number}`

const [handshakeType, alertType, encryptedType] = [22, 21, 23]
/** Types of handshake messages. */
const clientHello = 1
const serverHello = 2
const encryptedExtensions = 8
const certificate = 11
const certificateRequest = 13
const certificateVerify = 15
const finished = 20
/** Extensions, and the one choice in each. */
const [groups, algorithms, alpn, versions, keyShare] = [10, 13, 16, 43, 51]
const x25519 = Buffer.from('001d', 'hex')
const ed25519 = Buffer.from('0807', 'hex')
const tls13 = Buffer.from('0304', 'hex')
const aes128 = Buffer.from('1301', 'hex')

/** Dials by hand: says what the connection is for, and shows a certificate. */
export async function forgeAsDialer(socket: Socket, purpose: string, shown: Shown): Promise<Verdict> {
  const own = generateKeyPairSync('x25519')
  const hello = message(clientHello, [
    Buffer.from('0303', 'hex'),
    ...[randomBytes(32), vector(1), vector(2, aes128), vector(1, Buffer.of(0))],
    vector(
      2,
      extension(groups, vector(2, x25519)),
      extension(algorithms, vector(2, ed25519)),
      extension(alpn, vector(2, vector(1, Buffer.from(purpose)))),
      extension(versions, vector(1, tls13)),
      extension(keyShare, vector(2, x25519, vector(2, rawOf(own.publicKey)))),
    ),
  ])
  socket.write(plainRecord(hello))
  const records = recordsOf(socket)
  const answer = await firstMessage(records)
  const share = extensionsOf(answer.subarray(4 + 34 + 1 + (answer[38] ?? 0) + 3))
    .get(keyShare)
    ?.subarray(4)
  const schedule = new KeySchedule([hello, answer], diffieHellman(pairOf(own.privateKey, share)))
  const theirs = schedule.handshakeKeys('s')
  let flight = Buffer.alloc(0)
  for (let last = 0; last !== finished; ) {
    const { type, content } = await opened(records, theirs)
    if (type !== handshakeType) return `alert ${content[1] ?? 0}`
    flight = Buffer.concat([flight, content])
    last = lastWhole(flight)
  }
  schedule.add(flight)
  const answers = schedule.applicationKeys('s')
  const mine = schedule.handshakeKeys('c')
  for (const each of proofOf(schedule, 'c', 'client', shown)) socket.write(sealRecord(mine, handshakeType, each))
  return verdict(records, answers)
}

/** Is dialed by hand, and answers with a certificate. */
export async function forgeAsListener(socket: Socket, shown: Shown): Promise<Verdict> {
  const records = recordsOf(socket)
  const hello = await firstMessage(records)
  const session = hello.subarray(4 + 34 + 1, 4 + 34 + 1 + (hello[38] ?? 0))
  const afterSession = 4 + 34 + 1 + session.length
  const offered = extensionsOf(hello.subarray(afterSession + 2 + hello.readUInt16BE(afterSession) + 2))
  const shares = offered.get(keyShare)?.subarray(2) ?? Buffer.alloc(0)
  const own = generateKeyPairSync('x25519')
  const answer = message(serverHello, [
    Buffer.from('0303', 'hex'),
    ...[randomBytes(32), vector(1, session), aes128, Buffer.of(0)],
    vector(2, extension(versions, tls13), extension(keyShare, x25519, vector(2, rawOf(own.publicKey)))),
  ])
  socket.write(plainRecord(answer))
  const schedule = new KeySchedule([hello, answer], diffieHellman(pairOf(own.privateKey, shareOf(shares))))
  const mine = schedule.handshakeKeys('s')
  const purpose = extension(alpn, offered.get(alpn) ?? Buffer.alloc(0))
  const opening = [
    message(encryptedExtensions, [vector(2, purpose)]),
    message(certificateRequest, [vector(1), vector(2, extension(algorithms, vector(2, ed25519)))]),
  ]
  for (const each of opening) schedule.add(each)
  for (const each of [...opening, ...proofOf(schedule, 's', 'server', shown)])
    socket.write(sealRecord(mine, handshakeType, each))
  return verdict(records, schedule.handshakeKeys('c'))
}

/** The certificate, the signature that should be its key's, and the end of this side's part. */
function proofOf(schedule: KeySchedule, side: Side, name: string, shown: Shown): readonly Buffer[] {
  const chain = message(certificate, [vector(1), vector(3, vector(3, shown.certificate), vector(2))])
  schedule.add(chain)
  const context = `${' '.repeat(64)}TLS 1.3, ${name} CertificateVerify\0`
  const signature = sign(null, Buffer.concat([Buffer.from(context), schedule.transcript()]), shown.key)
  const proof = message(certificateVerify, [ed25519, vector(2, signature)])
  schedule.add(proof)
  const end = message(finished, [schedule.finishedBy(side)])
  schedule.add(end)
  return [chain, proof, end]
}

async function verdict(records: AsyncIterator<Buffer>, theirs: Direction): Promise<Verdict> {
  const { type, content } = await opened(records, theirs)
  return type === alertType ? `alert ${content[1] ?? 0}` : 'goes on'
}

/** Of the shares that were offered that of X25519. */
function shareOf(shares: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= shares.length; ) {
    const end = at + 4 + shares.readUInt16BE(at + 2)
    if (shares.subarray(at, at + 2).equals(x25519)) return shares.subarray(at + 4, end)
    at = end
  }
  return undefined
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

function pairOf(privateKey: KeyObject, share: Buffer | undefined) {
  const jwk = { kty: 'OKP', crv: 'X25519', x: share?.toString('base64url') ?? '' }
  return { privateKey, publicKey: createPublicKey({ format: 'jwk', key: jwk }) }
}

/** The type of the last message, when it is whole; 0 when it is not. */
function lastWhole(flight: Buffer): number {
  for (let at = 0; at + 4 <= flight.length; ) {
    const end = at + 4 + flight.readUIntBE(at + 1, 3)
    if (end === flight.length) return flight[at] ?? 0
    at = end
  }
  return 0
}

async function firstMessage(records: AsyncIterator<Buffer>): Promise<Buffer> {
  return (await next(records)).subarray(5)
}

/** What is in the next record that says anything; an alert may come in the clear, as long as its side has no keys. */
async function opened(records: AsyncIterator<Buffer>, theirs: Direction): Promise<Opened> {
  for (;;) {
    const record = await next(records)
    if (record[0] === alertType) return { type: alertType, content: record.subarray(5) }
    if (record[0] === encryptedType) return openRecord(theirs, record)
  }
}

async function next(records: AsyncIterator<Buffer>): Promise<Buffer> {
  const { value, done } = await records.next()
  if (done === true) throw new Error('the other side has hung up')
  return value
}
