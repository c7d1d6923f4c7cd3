/** What a request gives as output: what a command writes, or the bytes of a file. */
import type { BlobRef } from '../../../base/index.ts'
import type { BlobAnswer } from '../../../control/index.ts'
import type { OutputListener } from '../../../machine/index.ts'
import type { Parts } from './parts.ts'
import type { RequestContext, Tell } from './request.ts'

/** A listener that tells each piece as an `output` event. */
export function outputTo(tell: Tell): OutputListener {
  return (stream, bytes) => tell({ event: 'output', stream, bytes: Buffer.from(bytes).toString('base64') })
}

/**
 * Gives every byte of a file, verified: those that are here, and the others as they come from other hosts.
 * BLOB_MISSING when the rest can't be had.
 */
export async function streamBlob(
  { blobs }: Pick<Parts, 'blobs'>,
  blob: BlobRef,
  { tell, signal }: RequestContext,
): Promise<BlobAnswer> {
  const output = outputTo(tell)
  for await (const bytes of blobs.read(blob, { from: 0, end: blob.sizeBytes }, signal)) await output('stdout', bytes)
  return { sizeBytes: blob.sizeBytes, sha256: blob.id }
}
