/** How hosts name records to each other in a few bytes, and the groups of records whose digests they compare. */
import type { PeerId } from '../../mesh/index.ts'
import type { HostRecord } from './host-record.ts'

/** Groups of records whose digests are compared. */
export const groupCount = 256
/** The end of a peer id, which is enough to tell hosts apart. */
const shortLength = 10

/** The end of a peer id, by which hosts are told apart here. */
export type Short = string

/** A host, and how new its record is: `SHORT.COUNT`, the count in base 36. */
export type Have = string

export function haveOf({ peer, count }: HostRecord): Have {
  return `${shortOf(peer)}.${count.toString(36)}`
}

export function partsOf(have: Have): readonly [Short, number] {
  const [short = '', count = ''] = have.split('.')
  return [short, Number.parseInt(count, 36) || 0]
}

export function shortOf(peer: PeerId): string {
  return peer.slice(-shortLength)
}

export function groupOf(peer: PeerId): number {
  return hash32(shortOf(peer)) % groupCount
}

/** FNV-1a with a final mix: not secret, and even enough. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}
