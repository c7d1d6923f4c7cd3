/** What operations are made of, each with its bound: nothing is in a journal that no system can have. */
import * as z from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** As many bytes as Linux takes in one path; a part of it may have 255. */
export const pathBytesMax = 4096
const partBytesMax = 255
/** A path of single letters has so many directories above it. */
export const parentsMax = pathBytesMax / 2
/** The last number means "leave it as it is" to the system: a file with it would stay root's. */
const idMax = 2 ** 32 - 2
/** Longer than any system lets a user's or group's name be. */
export const nameLengthMax = 256
/** What follows from a file's size is laid out before its bytes come: of this one a list of a million pieces, 32 MiB. */
const fileBytesMax = 2 ** 40

/** Times that a date can hold, so that each can be shown. */
export const timeMsMax = 8.64e15
/** So much the kernel takes as the value of one attribute; its names, each with a NUL, together. */
const xattrBytesMax = 64 * 1024
/** The kernel takes no longer argument, nor a variable with its name, `=` and the NUL at the end. */
const argumentBytesMax = 128 * 1024 - 1

/** An absolute path in its shortest form, so that two spellings never name one file. */
export const absolutePath = z
  .string()
  .refine(isPlainAbsolutePath, 'must be an absolute path without `.`, `..`, `//` or NUL')

/** Permission bits, setuid, setgid and sticky among them. */
export const mode = z.int().nonnegative().max(0o7777)

const id = z.int().nonnegative().max(idMax)

export const owner = z.strictObject({
  uid: id,
  gid: id,
  /** Names as the origin knew them; empty where it knew none. */
  user: z.string().max(nameLengthMax),
  group: z.string().max(nameLengthMax),
})

export const parentDirectory = z.strictObject({ path: absolutePath, mode, owner })

export const blobRef = z.strictObject({
  id: sha256,
  sizeBytes: z.int().nonnegative().max(fileBytesMax),
  pieces: sha256,
})

/** Extended attributes, ACLs and file capabilities among them: the value of each name in base64. */
export const xattrs = z
  .record(
    z
      .string()
      .regex(/^[a-z]+\.[^\0]+$/)
      .max(partBytesMax),
    z.base64().max(Math.ceil(xattrBytesMax / 3) * 4),
  )
  .refine((all) => namesBytes(all) <= xattrBytesMax, 'has more names than a file can have')

export const argument = z.string().refine(isArgument, 'must have no NUL, and less than 128 KiB')

/** Variables and their values. */
export const variables = z
  .record(z.string().regex(/^[^=\0]+$/), argument)
  .refine((all) => Object.entries(all).every(isVariable), 'has a variable that is too long')

function isPlainAbsolutePath(path: string): boolean {
  if (path === '/') return true
  if (!path.startsWith('/') || path.includes('\0') || Buffer.byteLength(path) > pathBytesMax) return false
  return path
    .slice(1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= partBytesMax)
}

function isArgument(text: string): boolean {
  return !text.includes('\0') && Buffer.byteLength(text) <= argumentBytesMax
}

function isVariable([name, value]: readonly [string, string]): boolean {
  return isArgument(`${name}=${value}`)
}

function namesBytes(all: Readonly<Record<string, string>>): number {
  return Object.keys(all).reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0)
}
