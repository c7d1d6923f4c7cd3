/** What the system call statx says of a file. */

/** As the call statx gives it. */
export interface GuardedStat {
  /** With the bits of the kind. */
  readonly mode: number
  readonly links: number
  readonly sizeBytes: number
  /** What it takes on the disk. */
  readonly diskBytes: number
  /** Neither its content nor its name may be changed. */
  readonly isImmutable: boolean
  /** What is there stays; more may be added. */
  readonly isAppendOnly: boolean
}

export const structStatxBytes = 256
/** STATX_ATTR_IMMUTABLE and STATX_ATTR_APPEND. */
const [immutable, appendOnly] = [0x10, 0x20]
/** In which the kernel counts what a file takes. */
const sectorBytes = 512

/** What a struct statx says. */
export function statIn(found: Buffer): GuardedStat {
  // The lower half of stx_attributes has both.
  const attributes = found.readUInt32LE(8)
  return {
    mode: found.readUInt16LE(28),
    links: found.readUInt32LE(16),
    sizeBytes: Number(found.readBigUInt64LE(40)),
    diskBytes: Number(found.readBigUInt64LE(48)) * sectorBytes,
    isImmutable: (attributes & immutable) !== 0,
    isAppendOnly: (attributes & appendOnly) !== 0,
  }
}
