import * as z from 'zod'
import { unlikePathsMax } from '../comparing.ts'
import type { Answer } from './answer.ts'

export const pathDifferenceSchema = z.object({
  what: z.enum(['missing', 'present', 'kind', 'content', 'target', 'mode', 'owner', 'attributes', 'unreadable']),
  recorded: z.string(),
  found: z.string(),
})
export type PathDifference = Answer<typeof pathDifferenceSchema>

/** A path that is not as the journal has it. */
export const unlikePathSchema = z.object({
  path: z.string(),
  operation: z
    .string()
    .nullable()
    .describe('the operation that says what should be there; null when that is not checked in'),
  differences: z.array(pathDifferenceSchema),
})
export type UnlikePath = Answer<typeof unlikePathSchema>

/** The result of POST /v1/verify. */
export const verifyAnswerSchema = z.object({
  branch: z.string(),
  position: z.int().describe('how many operations of the branch this host has done'),
  checked: z.int().describe('how many paths were compared'),
  unlike: z.array(unlikePathSchema).describe(`by path; at most ${unlikePathsMax}`),
  more: z.int().describe('how many more there are'),
})
export type VerifyAnswer = Answer<typeof verifyAnswerSchema>

/** The result of POST /v1/restore. */
export const restoreAnswerSchema = z.object({
  restored: z.array(unlikePathSchema).describe('what was put back'),
})
export type RestoreAnswer = Answer<typeof restoreAnswerSchema>

/** The result of POST /v1/diff: what was compared, in words. */
export const diffAnswerSchema = z.object({
  from: z.string(),
  to: z.string(),
  differing: z.int().describe('how many paths differ'),
})
export type DiffAnswer = Answer<typeof diffAnswerSchema>

/** A path that differs. */
export const diffPathSchema = z.object({
  path: z.string(),
  from: z
    .string()
    .nullable()
    .describe(
      'the operation that says what it is, on either side; null for work that is not checked in, this machine, and nothing',
    ),
  to: z.string().nullable(),
  differences: z.array(pathDifferenceSchema),
  content: z
    .object({
      from: z.string().nullable(),
      to: z.string().nullable(),
    })
    .nullable()
    .describe(
      'the content on both sides, in base64, null where there is no file; null where it does not differ or is not given',
    ),
  why: z.string().nullable().describe('why the content is not given; null when it is, or does not differ'),
})
export type DiffPath = Answer<typeof diffPathSchema>
