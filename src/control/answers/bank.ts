import * as z from 'zod'
import type { Answer } from './answer.ts'

export const bankAddedFileSchema = z.object({
  name: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  added: z.boolean().describe('false when it was published already with this content'),
})
export type BankAddedFile = Answer<typeof bankAddedFileSchema>

export const bankAddAnswerSchema = z.object({
  files: z.array(bankAddedFileSchema),
})
export type BankAddAnswer = Answer<typeof bankAddAnswerSchema>

export const bankRowSchema = z.object({
  name: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  operation: z.string().describe('the name of the operation that published it'),
  here: z.boolean().describe('whether the whole file is here, or would be fetched from the other hosts'),
})
export type BankRow = Answer<typeof bankRowSchema>

/** GET /v1/bank?branch=NAME: what a branch publishes, this host's when none is named. */
export const bankAnswerSchema = z.object({
  branch: z.string(),
  address: z
    .string()
    .nullable()
    .describe(
      "`http://127.0.0.1:PORT/pkgbank`; null while the port can't be had. It offers what this host's branch publishes",
    ),
  files: z.array(bankRowSchema).describe('by name'),
})
export type BankAnswer = Answer<typeof bankAnswerSchema>

/** The result of POST /v1/bank-get and /v1/blob. */
export const blobAnswerSchema = z.object({
  sizeBytes: z.int(),
  sha256: z.string(),
})
export type BlobAnswer = Answer<typeof blobAnswerSchema>
