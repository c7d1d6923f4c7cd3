/** A file's bytes as the output of a request: those that are here, and the others as they come from other hosts. */
import type { BlobRef } from '../../base/index.ts'
import type { BlobAnswer } from '../../control/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { outputTo, type RequestContext } from './handler.ts'

/** Gives every byte, verified. BLOB_MISSING when the rest can't be had. */
export async function streamBlob(
  { blobs }: HostDaemon,
  blob: BlobRef,
  { tell, signal }: RequestContext,
): Promise<BlobAnswer> {
  const output = outputTo(tell)
  for await (const bytes of blobs.read(blob, { from: 0, end: blob.sizeBytes }, signal)) await output('stdout', bytes)
  return { sizeBytes: blob.sizeBytes, sha256: blob.id }
}
