import * as z from 'zod'
import type { Answer } from './answer.ts'

export const treeAnswerSchema = z.object({
  branch: z.string(),
  head: z.string().describe('the newest changeset that is known here, which was looked at'),
  entries: z.int().describe('how many entries there are'),
})
export type TreeAnswer = Answer<typeof treeAnswerSchema>

export const treeOwnerSchema = z.object({
  uid: z.int(),
  gid: z.int(),
  user: z.string().describe('names, empty where there was none'),
  group: z.string(),
})
export type TreeOwner = Answer<typeof treeOwnerSchema>

const every = {
  path: z.string(),
  operation: z
    .string()
    .describe("the whole name of the operation, for POST /v1/blob: the changeset's id, a colon, and the index"),
  owner: treeOwnerSchema,
  mtimeMs: z.number(),
}

/** What the newest operations of a branch say of a path; what they have removed has none. */
export const treeEntrySchema = z.discriminatedUnion('kind', [
  z.object({ ...every, kind: z.literal('file'), mode: z.int(), sizeBytes: z.int(), sha256: z.string() }),
  z.object({ ...every, kind: z.literal('directory'), mode: z.int() }),
  z.object({ ...every, kind: z.literal('symlink'), target: z.string() }),
])
export type TreeEntry = Answer<typeof treeEntrySchema>
