/** Operations: the atoms of change, as the journal records them. */
import * as z from 'zod'
import { unreachable } from '../base/index.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const wholeNumber = z.int().nonnegative()
/** An absolute path in its shortest form, so that two spellings never name one file. */
const absolutePath = z.string().refine(isPlainAbsolutePath, 'must be an absolute path without `.`, `..`, `//` or NUL')

const owner = z.strictObject({
  uid: wholeNumber,
  gid: wholeNumber,
  /** Names as the origin knew them; empty where it knew none. */
  user: z.string(),
  group: z.string(),
})

const parentDirectory = z.strictObject({ path: absolutePath, mode: wholeNumber, owner })

const blobRef = z.strictObject({ id: sha256, sizeBytes: wholeNumber, pieces: sha256 })

const snapFile = z.strictObject({
  type: z.literal('snap'),
  kind: z.literal('file'),
  path: absolutePath,
  /** Permission bits, setuid, setgid and sticky among them. */
  mode: wholeNumber,
  owner,
  mtimeMs: z.int(),
  /** Every parent directory from the top down, for hosts where one is missing. */
  parents: z.array(parentDirectory),
  blob: blobRef,
})

const exec = z.strictObject({
  type: z.literal('exec'),
  /** The command and its arguments as they were given; no shell comes between. */
  argv: z.array(z.string()).min(1),
  cwd: absolutePath,
  /** The caller's variables that were asked for by name. */
  env: z.record(z.string(), z.string()),
})

export const operationSchema = z.discriminatedUnion('type', [snapFile, exec])

export type Operation = z.infer<typeof operationSchema>
export type SnapOperation = z.infer<typeof snapFile>
export type ExecOperation = z.infer<typeof exec>
export type Owner = z.infer<typeof owner>
export type ParentDirectory = z.infer<typeof parentDirectory>

/** An operation in a few words, for people: `snap /etc/motd`, `exec make install`. */
export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case 'snap':
      return `snap ${operation.path}`
    case 'exec':
      return `exec ${operation.argv.map(quoteWord).join(' ')}`
    default:
      return unreachable(operation)
  }
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function isPlainAbsolutePath(path: string): boolean {
  if (path === '/') return true
  if (!path.startsWith('/') || path.includes('\0')) return false
  return path
    .slice(1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..')
}
