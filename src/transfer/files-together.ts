/**
 * Many small files in one answer, /isconf/files/1: asked for by name and size on one stream, and sent one after the
 * other. One by one, each would cost its questions and its wait for the disk.
 */
import * as z from 'zod/mini'
import { type BlobRef, isSha256Hex, pieceBytes } from '../base/index.ts'
import { bytesOf } from './blob-protocol.ts'

export const filesProtocol = '/isconf/files/1'
/** How many files one question may ask for. */
const filesMax = 256
/** How many bytes these may have together: they are held in memory until they are on disk. */
const bytesMax = 4 * pieceBytes

/** What one question asks for. */
export const filesQuestionSchema = z
  .array(
    z.strictObject({
      id: z.string().check(z.refine(isSha256Hex)),
      sizeBytes: z.int().check(z.minimum(0), z.maximum(pieceBytes)),
    }),
  )
  .check(
    z.maxLength(filesMax),
    z.refine((files) => bytesOf(files) <= bytesMax),
  )

/** The first of these files that one question may ask for: files of one piece, as many as fit. */
export function filesOfOneQuestion(refs: Iterable<BlobRef>): readonly BlobRef[] {
  const chosen: BlobRef[] = []
  let sum = 0
  for (const ref of refs) {
    if (ref.sizeBytes > pieceBytes || sum + ref.sizeBytes > bytesMax) continue
    sum += ref.sizeBytes
    if (chosen.push(ref) === filesMax) break
  }
  return chosen
}
