/**
 * Writing a file where it stands, because it can't be replaced: a mount point, as /etc/resolv.conf is in a container.
 * Who reads it meanwhile may see a part of it, and so may who comes after a loss of power, until `up` writes it again;
 * see docs/design/writing-in-place.md.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import { errnoCode } from '../base/index.ts'
import type { Prepared } from './install.io.ts'
import { isMountPoint } from './mounts.io.ts'

/** What a rename to a mount point, or making a file beside one, fails with. */
const refusals: readonly string[] = ['EBUSY', 'EROFS', 'EACCES', 'EPERM']

export interface WriteInPlace {
  readonly path: string
  readonly target: Entry
  /** Of the whole content, in hexadecimal. */
  readonly sha256: string
  /** Reads the whole content, and fails if it is wrong. */
  readonly verify: () => Promise<void>
  /** Writes the content from the beginning of an open file, and truncates the file there. */
  readonly writeContent: (handle: FileHandle) => Promise<void>
  readonly setAttributes: (handle: FileHandle) => Promise<void>
}

/** `prepare`, or what writes in place where only that is possible. */
export async function preparedOrInPlace(prepare: () => Promise<Prepared>, how: WriteInPlace): Promise<Prepared> {
  let prepared: Prepared
  try {
    prepared = await prepare()
  } catch (error) {
    if (!(await isOnlyInPlace(error, how.target))) throw error
    return inPlace(how)
  }
  let remarks: readonly string[] | undefined
  const place = async (): Promise<void> => {
    try {
      await prepared.place()
    } catch (error) {
      if (!(await isOnlyInPlace(error, how.target))) throw error
      await overwrite(how)
      remarks = remarksOn(how)
      await prepared.discard()
    }
  }
  return { ...prepared, place, remarks: () => remarks ?? prepared.remarks?.() ?? [] }
}

async function isOnlyInPlace(error: unknown, target: Entry): Promise<boolean> {
  return refusals.includes(errnoCode(error) ?? '') && (await isMountPoint(target.path))
}

function inPlace(how: WriteInPlace): Prepared {
  return {
    place: () => overwrite(how),
    // The file itself is synced.
    directory: undefined,
    discard: async () => undefined,
    remarks: () => remarksOn(how),
  }
}

function remarksOn({ path }: WriteInPlace): readonly string[] {
  return [`${path}: it is mounted there and can't be replaced, so it was written in place`]
}

async function overwrite({ target, sha256, verify, writeContent, setAttributes }: WriteInPlace): Promise<void> {
  const handle = await open(target.at, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    if ((await hashOfOpen(handle)) !== sha256) {
      // A copy that is damaged in the store must not begin to overwrite what is there.
      await verify()
      await writeContent(handle)
    }
    await setAttributes(handle)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function hashOfOpen(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of handle.createReadStream({ start: 0, autoClose: false })) hash.update(bytes as Uint8Array)
  return hash.digest('hex')
}
