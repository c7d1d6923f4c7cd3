/** Putting a file in place, at once and with everything set, or not at all. */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { IsconfError } from '../base/index.ts'
import { type Install, type Installing, type Prepared, prepareBeside, setAttributes } from './install.io.ts'
import { preparedLink } from './install-link.io.ts'
import type { FileAttributes } from './machine.ts'
import { preparedOrInPlace, type WriteInPlace } from './write-in-place.io.ts'

/** Zeros of a sparse file are left out where they fill such a block: the smallest that file systems have. */
const holeBytes = 4096
const zeros = Buffer.alloc(holeBytes)

export interface InstallFile extends Install<FileAttributes> {
  readonly content: () => AsyncIterable<Uint8Array>
  /** Of the whole content, in hexadecimal. */
  readonly sha256: string
}

/** Writes a file and checks its hash meanwhile: BLOB_MISMATCH. */
export function installingFile(install: InstallFile): Installing {
  const { hardlink } = install.attributes
  const copy = (): Promise<Prepared> => prepareCopy(install)
  if (hardlink === undefined) return { ...install, prepare: copy }
  return { ...install, prepare: () => preparedLink({ ...install, hardlink }, copy) }
}

async function prepareCopy(install: InstallFile): Promise<Prepared> {
  const { attributes, walk, content, sha256 } = install
  const target = await walk.entry(attributes.path)
  const prepare = (): Promise<Prepared> =>
    prepareBeside(target, 'file', install, (beside) => writeFile(beside, install))
  const how: WriteInPlace = {
    ...{ path: attributes.path, target, sha256 },
    verify: async () => refuseOther(await hashOf(content()), install),
    writeContent: async (handle) =>
      refuseOther(await writeContent(handle, content(), { isSparse: false, isNew: false }), install),
    setAttributes: (handle) => setAttributes(handle, install),
  }
  return preparedOrInPlace(prepare, how)
}

async function writeFile(beside: string, install: InstallFile): Promise<void> {
  const { attributes, content } = install
  const handle = await open(beside, 'wx', 0o600)
  try {
    refuseOther(await writeContent(handle, content(), { isSparse: attributes.sparse === true, isNew: true }), install)
    await setAttributes(handle, install)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function refuseOther(found: string, { attributes, sha256 }: InstallFile): void {
  if (found === sha256) return
  throw new IsconfError(
    'BLOB_MISMATCH',
    `the stored copy of ${attributes.path} does not have the hash it was recorded with`,
  )
}

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of content) hash.update(bytes)
  return hash.digest('hex')
}

/** The hash of what was written; the file ends behind it. */
async function writeContent(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  { isSparse, isNew }: { readonly isSparse: boolean; readonly isNew: boolean },
): Promise<string> {
  const hash = createHash('sha256')
  let position = 0
  let endOfData = 0
  for await (const bytes of content) {
    hash.update(bytes)
    const parts = isSparse ? partsWithData(bytes, position) : [{ from: 0, to: bytes.length }]
    for (const { from, to } of parts) {
      await writeAll(handle, bytes.subarray(from, to), position + from)
      endOfData = position + to
    }
    position += bytes.length
  }
  // A new file ends behind what was written.
  if (!isNew || endOfData !== position) await handle.truncate(position)
  return hash.digest('hex')
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
}

interface Part {
  readonly from: number
  readonly to: number
}

/** The parts of `bytes`, which stand at `position` of a file, that are not blocks of zeros. */
function partsWithData(bytes: Uint8Array, position: number): readonly Part[] {
  const parts: { from: number; to: number }[] = []
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + holeBytes - ((position + from) % holeBytes))
    const last = parts.at(-1)
    if (zeros.compare(bytes, from, to, 0, to - from) === 0) from = to
    else if (last?.to === from) from = last.to = to
    else {
      parts.push({ from, to })
      from = to
    }
  }
  return parts
}
