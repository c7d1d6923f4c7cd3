import * as z from 'zod'
import type { AskedBy } from '../../base/index.ts'
import type { Answer } from './answer.ts'
import { timeSchema } from './time.ts'

export const askedBySchema = z.object({
  uid: z.int().describe('the user of the process that asked'),
  loginUid: z.int().exactOptional().describe('that of the login that it comes from; absent where there was none'),
  login: z.string().exactOptional().describe('the name of that login on that host, where its own files tell it'),
}) satisfies z.ZodType<AskedBy>

export const lockAnswerSchema = z.object({
  branch: z.string(),
  user: z.string(),
  host: z.string(),
  message: z.string(),
  since: timeSchema,
  askedBy: askedBySchema.exactOptional().describe('who took it, as the kernel of that host says'),
})
export type LockAnswer = Answer<typeof lockAnswerSchema>

/** One of the paths that were asked for, and how many entries were recorded for it. */
export const snappedPathSchema = z.object({
  path: z.string(),
  kind: z.enum(['file', 'directory', 'symlink']),
  target: z.string().nullable().describe('what a symbolic link names; null for other kinds'),
  sizeBytes: z.int().describe('of all files'),
  files: z.int(),
  directories: z.int(),
  symlinks: z.int(),
})
export type SnappedPath = Answer<typeof snappedPathSchema>

export const removedPathSchema = z.object({
  path: z.string(),
  here: z.boolean().describe('whether something was there and is removed'),
})
export type RemovedPath = Answer<typeof removedPathSchema>

export const snapAnswerSchema = z.object({
  snapped: z.array(snappedPathSchema),
  removed: z.array(removedPathSchema),
})
export type SnapAnswer = Answer<typeof snapAnswerSchema>

export const rebootAnswerSchema = z.object({
  operations: z.int().describe('operations not checked in, the reboot among them'),
})
export type RebootAnswer = Answer<typeof rebootAnswerSchema>

/** An operation that is likely not to do the same where it is replayed. */
export const replayWarningSchema = z.object({
  number: z.int().describe('its place in the changeset; the first is 1'),
  operation: z.string(),
  row: z.string().describe('the name of what it was recognised by'),
  text: z.string().describe('what happens at replay'),
  instead: z.string().describe('what to type instead'),
})
export type ReplayWarning = Answer<typeof replayWarningSchema>

export const checkInAnswerSchema = z.object({
  branch: z.string(),
  id: z.string().nullable().describe('null when there was nothing to check in and only the lock was given back'),
  operations: z.int(),
  journalHosts: z
    .int()
    .describe('on how many hosts, this one among them, the journal has it on disk, as they have said by now'),
  fileHosts: z.int().describe('on how many hosts, this one among them, every file of it is on disk'),
  warnings: z.array(replayWarningSchema),
})
export type CheckInAnswer = Answer<typeof checkInAnswerSchema>
