/** The bytes of a range of a blob as they are served: in parts of a MiB, read from a file that is opened once. */
import { type BlobSource, pieceBytes } from '../base/index.ts'
import type { BlobRequest } from './blob-protocol.ts'

export interface RangeParts {
  /** The part that begins at `at`, which may be in `into`. Rejects if it is not held. */
  read(at: number, into: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/** Rejects if the range is not held. */
export async function openRange(source: BlobSource, { id, position, length }: BlobRequest): Promise<RangeParts> {
  const opened = await source.openToServe?.(id, position, length)
  const end = position + length
  return {
    read: async (at, into) => {
      const partLength = Math.min(pieceBytes, end - at)
      const memory = into.subarray(0, partLength)
      const bytes = await (opened?.file.read(at, partLength, memory) ?? source.read(id, at, partLength, memory))
      if (bytes.length < partLength || partLength === 0)
        throw new Error(`blob ${id} has no ${partLength} bytes at ${at}`)
      return bytes
    },
    close: async () => opened?.file.close(),
  }
}
