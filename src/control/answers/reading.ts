import * as z from 'zod'
import { pathsMax } from '../reading.ts'
import type { Answer } from './answer.ts'
import { askedBySchema } from './change.ts'
import { voidedBySchema } from './deviation.ts'
import { rebuildStatusSchema } from './status.ts'
import { timeSchema } from './time.ts'

export const loggedOperationSchema = z.object({
  name: z.string(),
  text: z.string(),
  done: z.boolean().describe('whether this host is past it'),
  void: voidedBySchema.nullable().describe('by what it is void; null when it is not'),
})
export type LoggedOperation = Answer<typeof loggedOperationSchema>

/** One row of GET /v1/log, newest first. */
export const logEntrySchema = z.object({
  id: z.string(),
  branch: z.string().describe('the one that it was written on'),
  author: z.string(),
  message: z.string(),
  time: timeSchema,
  askedBy: askedBySchema.exactOptional().describe('who checked it in, as the kernel of that host says'),
  operations: z.array(loggedOperationSchema),
})
export type LogEntry = Answer<typeof logEntrySchema>

/** One row of GET /v1/blame: what is at a path, and which operation put it there. */
export const blameRowSchema = z.object({
  path: z.string(),
  kind: z.enum(['file', 'directory', 'symlink']),
  operation: z.string().describe('the name of the operation'),
  author: z.string(),
  time: timeSchema,
  message: z.string(),
})
export type BlameRow = Answer<typeof blameRowSchema>

/** GET /v1/paths: recorded paths that begin with a prefix, each up to its next slash. */
export const pathsAnswerSchema = z.object({
  paths: z
    .array(z.string())
    .describe(
      `by name, directories with a slash behind them; of more than ${pathsMax} the first ones, and the very last`,
    ),
  more: z.int().describe('how many there are besides'),
})
export type PathsAnswer = Answer<typeof pathsAnswerSchema>

/** An operation with all that is recorded of it. */
export const shownOperationSchema = z.object({
  text: z.string().describe('in a few words'),
  attributes: z.array(z.tuple([z.string(), z.string()])).describe("rows for people: `['mode', '0644']`"),
  operation: z.looseObject({}).describe('as the journal has it: docs/protocol/journal.md'),
})
export type ShownOperation = Answer<typeof shownOperationSchema>

/** GET /v1/show?name=NAME: a changeset, or one operation of it. */
export const shownSchema = logEntrySchema.omit({ operations: true }).extend({
  format: z.int(),
  domain: z.string(),
  sequence: z.int(),
  previous: z.string(),
  operationsBefore: z.int(),
  lock: z.string().describe('the id of the lock it was written under'),
  key: z.string().describe('the key it is signed with, and the signature'),
  signature: z.string(),
  release: z.string().exactOptional().describe('that wrote it; absent in what was written before releases said so'),
  notes: z.looseObject({}).exactOptional().describe('what says nothing about what is to be done'),
  branches: z.array(z.string()).describe('the branches known here that have it'),
  operations: z.array(shownOperationSchema.extend(loggedOperationSchema.shape)),
})
export type Shown = Answer<typeof shownSchema>

/** GET /v1/wip */
export const wipAnswerSchema = z.object({
  work: z
    .object({
      branch: z.string(),
      base: z.string().describe('the head that it comes after'),
      lock: z.string(),
      author: z.string(),
      message: z.string(),
      since: timeSchema.nullable().describe('when the lock was taken; null when that was not noted'),
      locked: z.boolean().describe('whether the lock is still held'),
      broken: z
        .object({
          by: z.string(),
          time: timeSchema,
        })
        .nullable()
        .describe('who broke the lock; null when nobody did, or others have checked in since'),
      operations: z.array(shownOperationSchema),
    })
    .nullable(),
  needsRebuild: rebuildStatusSchema.nullable(),
})
export type WipAnswer = Answer<typeof wipAnswerSchema>

/** One row of GET /v1/history, newest first. */
export const historyRowSchema = z.object({
  event: z
    .string()
    .describe(
      '`finished`, `failed`, `started` (and not ended), `made`, `dropped`, `undone`, `rebooting`, `rebootFailed`, `skipped`, `passedOver`, `mended`, `unrecorded`, `held`, `released`, `wentOn` and others to come',
    ),
  time: timeSchema.describe('of its end, where there is one'),
  operation: z.string().nullable().describe("the operation's name, and what it is where a journal still tells"),
  text: z.string().nullable(),
  started: timeSchema.nullable().describe('when it was begun; null of what has no beginning of its own'),
  tookMs: z.int().nullable(),
  status: z.int().nullable().describe('exit status'),
  output: z.string().nullable().describe('SHA-256 of what a command wrote'),
  remarks: z.array(z.string()).describe('what a person should know of how it was done'),
  reason: z.string().nullable().describe('why it could not be done or recorded; of `wentOn` the hold'),
  dropped: z
    .object({
      operations: z.int(),
      by: z.string(),
    })
    .nullable()
    .describe('of `dropped` and `undone`'),
  decided: z
    .object({
      by: z.string(),
      why: z.string(),
    })
    .nullable()
    .describe('who decided it, or ran it, and why: of `skipped`, `mended`, `unrecorded`, and holds'),
  void: z
    .object({
      by: z.string(),
      begun: z.boolean(),
    })
    .nullable()
    .exactOptional()
    .describe(
      'of `passedOver`: the operation by which it is void, and whether it had been begun here before; absent from older daemons',
    ),
})
export type HistoryRow = Answer<typeof historyRowSchema>

/** One row of GET /v1/doctor. */
export const diagnosisSchema = z.object({
  check: z
    .string()
    .describe(
      'what was looked at: `clock`, `disk`, `keys`, `owners`, `network`, `releases`, `host` and others to come',
    ),
  severity: z.enum(['good', 'warning', 'error']),
  message: z.string(),
  hint: z.string().nullable().describe('what to do about it; null when it is good'),
})
export type Diagnosis = Answer<typeof diagnosisSchema>
