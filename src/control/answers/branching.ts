import * as z from 'zod'
import type { Answer } from './answer.ts'
import { lockAnswerSchema } from './change.ts'
import { holdAnswerSchema } from './hold.ts'

export const forkAnswerSchema = z.object({
  branch: z.string(),
  parent: z.string(),
  journalHosts: z.int().describe('on how many hosts, this one among them, the new branch is'),
})
export type ForkAnswer = Answer<typeof forkAnswerSchema>

export const migrateAnswerSchema = z.object({
  branch: z.string(),
  from: z.string(),
  position: z.int().describe('operations of the branch that this host has done, and that it has not'),
  pending: z.int(),
})
export type MigrateAnswer = Answer<typeof migrateAnswerSchema>

/** POST /v1/wip-drop */
export const dropAnswerSchema = z.object({
  operations: z.int().describe('how many operations were dropped'),
})
export type DropAnswer = Answer<typeof dropAnswerSchema>

export const resolveAnswerSchema = z.object({
  branch: z.string(),
  kept: z.string(),
  aside: z.string().describe('the branch that the other line became'),
})
export type ResolveAnswer = Answer<typeof resolveAnswerSchema>

/** One row of GET /v1/branches, by name. */
export const branchRowSchema = z.object({
  name: z.string(),
  current: z.boolean().describe('whether this host is on it'),
  head: z.string(),
  changesets: z.int(),
  operations: z.int(),
  split: z.boolean(),
  lock: lockAnswerSchema.nullable(),
  hold: holdAnswerSchema.nullable().exactOptional().describe('who holds it; absent from older daemons'),
  parent: z.string().nullable().describe('the branch that it was forked from, as its changesets tell'),
  hosts: z.array(z.string()).describe('the hosts that are on it, as far as they have told'),
})
export type BranchRow = Answer<typeof branchRowSchema>
