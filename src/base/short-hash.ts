/** SHA-256 of what is short, without node:crypto: to load that takes longer than all else that a command does. */
import { sha256 } from '@noble/hashes/sha2.js'

/** Above this node:crypto is sooner done, with its loading. */
export const shortBytesMax = 8 * 1024

/** A SHA-256 that is given its bytes piece by piece. */
export const shortHash = (): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } => sha256.create()

/** The SHA-256 of a text in lower-case hexadecimal. */
export const shortSha256Hex = (text: string): string => Buffer.from(sha256(Buffer.from(text))).toString('hex')
