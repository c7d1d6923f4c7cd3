/**
 * What a host says about itself to everybody, signed with its key. Of two records, the one with the larger count is
 * newer.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import * as z from 'zod'
import { countSchema, timeSchema } from '../../journal/index.ts'
import { type PeerId, publicKeyOf } from '../../mesh/index.ts'
import { ownWords } from '../announcement.ts'

/** Keeps a signature from being valid for anything except a record. */
const signatureContext = 'isconf host record v1\n'
const saidBytesMax = 32 * 1024
/** As many as a transport tells of a peer. */
export const addressesMax = 3

/** A record as it travels and is kept: the text is what was signed, and is passed on unchanged. */
export const signedRecordSchema = z.object({
  said: z.string().max(saidBytesMax),
  signature: z.base64().length(88),
})
export type SignedRecord = z.infer<typeof signedRecordSchema>

const recordSchema = z.object({
  peer: z.string().min(1).max(64),
  /** Counts what the host has said about itself. */
  count: countSchema.positive(),
  /** When it said so, by its own clock, for people. */
  time: timeSchema,
  /** Where it can be dialed. */
  addresses: z.array(z.string().max(200)).max(addressesMax),
  ...ownWords,
  /** It was said because of something that everybody should know at once. */
  urgent: z.literal(true).optional(),
  /** It has left the domain. */
  left: z.literal(true).optional(),
  /** The record with its key, said by another process, that it had met before it said this: see second-speaker.ts. */
  follows: z.string().max(32).optional(),
})
export type HostRecord = Omit<z.infer<typeof recordSchema>, 'peer'> & { readonly peer: PeerId }

/** Whether a signature of `bytes` was made by the host of that id. */
export type VerifyRecord = (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => boolean

/** Signs a record with the host's key. */
export function signRecord(record: HostRecord, key: KeyObject): SignedRecord {
  const said = JSON.stringify(record)
  return { said, signature: sign(null, signedBytes(said), key).toString('base64') }
}

/** What a record says, before its signature is checked; undefined if it is malformed. */
export function parseRecord({ said }: SignedRecord): HostRecord | undefined {
  try {
    const { peer, ...record } = recordSchema.parse(JSON.parse(said))
    return { ...record, peer: peer as PeerId }
  } catch {
    return undefined
  }
}

/** Whether a record was signed by the host that it says it is about. */
export function isGenuine({ said, signature }: SignedRecord, { peer }: HostRecord, isSigned: VerifyRecord): boolean {
  return isSigned(peer, signedBytes(said), Buffer.from(signature, 'base64'))
}

/** Verifies with the key that a peer id of the mesh names. */
export const verifyByPeerId: VerifyRecord = (peer, bytes, signature) => {
  const key = publicKeyOf(peer)
  return key !== undefined && verify(null, bytes, key, signature)
}

function signedBytes(said: string): Uint8Array {
  return Buffer.from(signatureContext + said)
}
