/** What a request gives as output: what a command writes, or the bytes of a file. */
import { type BlobRef, quoteWord } from '../../../base/index.ts'
import type { BlobAnswer } from '../../../control/index.ts'
import { type CommandListener, type OutputListener, silentMsMax } from '../../../machine/index.ts'
import type { Parts } from './parts.ts'
import type { RequestContext, Tell } from './request.ts'

/** A listener that tells each piece as an `output` event. */
export function outputTo(tell: Tell): OutputListener {
  return (stream, bytes) => tell({ event: 'output', stream, bytes: Buffer.from(bytes).toString('base64') })
}

/** Of a longer one the beginning tells which it is. */
const commandLengthMax = 60

/** What is told of a command that runs: what it writes, and that it may wait for an answer. */
export function commandTo(tell: Tell): CommandListener {
  const waits = 'it has no terminal and nothing to read, and Ctrl-C stops it'
  return {
    output: outputTo(tell),
    remark: (text) => void tell({ event: 'remark', text }),
    silent: ({ argv }) => {
      const words = argv.map(quoteWord).join(' ')
      const command = words.length > commandLengthMax ? `${words.slice(0, commandLengthMax)}…` : words
      const text = `${command} has written nothing for ${silentMsMax / 1000} seconds; ${waits}`
      void tell({ event: 'progress', text })
    },
  }
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
