/** Operations: the atoms of change, as the journal records them. */
import * as z from 'zod'
import { type BlobRef, isBankName, unreachable } from '../base/index.ts'
import {
  absolutePath,
  argument,
  blobRef,
  mode,
  nameLengthMax,
  owner,
  parentDirectory,
  parentsMax,
  pathBytesMax,
  timeMsMax,
  variables,
  xattrs,
} from './operation-members.ts'

/** What every entry of a file system has that can be recorded. */
const entry = {
  type: z.literal('snap'),
  path: absolutePath,
  owner,
  mtimeMs: z.int().min(-timeMsMax).max(timeMsMax),
  /** Every parent directory from the top down, for hosts where one is missing. */
  parents: z.array(parentDirectory).max(parentsMax),
}

const snapFile = z.strictObject({
  ...entry,
  kind: z.literal('file'),
  mode,
  blob: blobRef,
  /** Absent when there are none. */
  xattrs: z.exactOptional(xattrs),
  /** Its zeros took no room on the origin's disk. */
  sparse: z.exactOptional(z.literal(true)),
  /** Another path of the same file, which an operation before this one has: a hard link to it. */
  hardlink: z.exactOptional(absolutePath),
  /** A host that catches up needs only the newest of the path's operations with this mark. */
  latest: z.exactOptional(z.literal(true)),
})

/** Comes after the operations of what the directory holds, so that these leave its time of change alone. */
const snapDirectory = z.strictObject({
  ...entry,
  kind: z.literal('directory'),
  mode,
  xattrs: z.exactOptional(xattrs),
})

const snapSymlink = z.strictObject({
  ...entry,
  kind: z.literal('symlink'),
  /** What the link names, as it is written in it. */
  target: z
    .string()
    .max(pathBytesMax)
    .regex(/^[^\0]+$/),
})

/** That nothing is at the path; what is there is removed, a directory with all it holds. */
const snapRemoval = z.strictObject({ type: z.literal('snap'), kind: z.literal('removal'), path: absolutePath })

const exec = z.strictObject({
  type: z.literal('exec'),
  /** The command and its arguments as they were given; no shell comes between. */
  argv: z.array(argument).min(1),
  cwd: absolutePath,
  /** The caller's variables that were asked for by name. */
  env: variables,
})

/** The machine is restarted: what comes after may count on it. */
const reboot = z.strictObject({ type: z.literal('reboot') })

const bankName = z.string().refine(isBankName, 'must be the name of a file in the package bank')

/** A file is published in the package bank; nothing changes on the machine. */
const bankFile = z.strictObject({ type: z.literal('bank'), kind: z.literal('file'), name: bankName, blob: blobRef })

/** That nothing is published under the name any more. */
const bankRemoval = z.strictObject({ type: z.literal('bank'), kind: z.literal('removal'), name: bankName })

/** The whole id of a changeset, a colon, and the index. */
const wholeName = z.string().regex(/^[0-9a-f]{64}:\d{1,9}$/)

/** Why, for those that it is about. */
const why = z.string().min(1).max(4096)

/** Hosts that have not done that operation must not, as of everything that they know of the journal. */
const voidOperation = z.strictObject({
  type: z.literal('void'),
  operation: wholeName,
  why,
})

/** No host of the branch does anything more, as of everything that it knows of the journal, until a release comes. */
const holdOperation = z.strictObject({ type: z.literal('hold'), why })

/** The hold before it is over. */
const releaseOperation = z.strictObject({ type: z.literal('release'), why })

export const operationSchema = z.discriminatedUnion('type', [
  z.discriminatedUnion('kind', [snapFile, snapDirectory, snapSymlink, snapRemoval]),
  exec,
  reboot,
  z.discriminatedUnion('kind', [bankFile, bankRemoval]),
  voidOperation,
  holdOperation,
  releaseOperation,
])

/**
 * What another release wrote and this one does not know, as a type, a kind, a member or a value: kept and passed on as
 * it is, and never done.
 */
export interface UnknownOperation {
  readonly type: 'unknown'
  readonly written: Readonly<Record<string, unknown>>
}

/** An operation as a journal has it, from whatever release. */
export const recordedOperationSchema = z.union([
  operationSchema,
  z
    .looseObject({ type: z.string().max(nameLengthMax) })
    .transform((written): UnknownOperation => ({ type: 'unknown', written })),
])

/** What this release does. */
export type KnownOperation = z.infer<typeof operationSchema>
export type Operation = KnownOperation | UnknownOperation
export type SnapOperation = Extract<Operation, { type: 'snap' }>
export type FileOperation = z.infer<typeof snapFile>
export type DirectoryOperation = z.infer<typeof snapDirectory>
export type SymlinkOperation = z.infer<typeof snapSymlink>
export type RemovalOperation = z.infer<typeof snapRemoval>
export type ExecOperation = z.infer<typeof exec>
export type RebootOperation = z.infer<typeof reboot>
export type VoidOperation = z.infer<typeof voidOperation>
export type BankOperation = Extract<Operation, { type: 'bank' }>
export type Owner = z.infer<typeof owner>
export type ParentDirectory = z.infer<typeof parentDirectory>

/**
 * Whether an operation is about the journal itself, and nothing on the machine changes by it; or may be: what a later
 * release wrote counts, so that this one's note of where they are still holds for the later one.
 */
export function mayBeDirective({ type }: Operation): boolean {
  return type === 'void' || type === 'hold' || type === 'release' || type === 'unknown'
}

/** The operation as it is in the journal. */
export function asWritten(operation: Operation): Readonly<Record<string, unknown>> {
  return operation.type === 'unknown' ? operation.written : operation
}

/** The blob that an operation names; undefined when it names none. In whatever form, `blob` is the file that goes with it. */
export function blobOf(operation: Operation): BlobRef | undefined {
  switch (operation.type) {
    case 'snap':
    case 'bank':
      return operation.kind === 'file' ? operation.blob : undefined
    case 'unknown':
      return blobRef.safeParse(operation.written['blob']).data
    case 'exec':
    case 'reboot':
    case 'void':
    case 'hold':
    case 'release':
      return undefined
    default:
      return unreachable(operation)
  }
}
