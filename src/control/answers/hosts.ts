/** What is told of the hosts of the domain. */
import * as z from 'zod'
import { hostStates } from '../reading.ts'
import type { Answer } from './answer.ts'
import { holdAnswerSchema } from './hold.ts'
import { timeSchema } from './time.ts'

export const hostStateSchema = z.enum(Object.keys(hostStates) as [keyof typeof hostStates])
export type HostState = Answer<typeof hostStateSchema>

/** An operation by which a host differs from its journal. */
export const hostDeviationSchema = z.object({
  kind: z.string().describe('`skipped`, `did-void`, and others to come'),
  operation: z.string(),
})
export type HostDeviation = Answer<typeof hostDeviationSchema>

/** What a host tells of its last boot. */
export const hostBootSchema = z.object({
  level: z.string().describe('`right`, `old`, `excluded`, `failed` or `unknown`'),
  since: timeSchema.nullable(),
  step: z.string().nullable(),
  why: z.string().nullable(),
  tree: z.string().nullable(),
  fetched: timeSchema.nullable().describe('when the source last had the tree'),
})
export type HostBoot = Answer<typeof hostBootSchema>

/** One row of GET /v1/hosts: this host, then the others by name. */
export const hostRowSchema = z.object({
  name: z.string(),
  peerId: z.string(),
  here: z.boolean().describe('whether it is this host'),
  connected: z.boolean(),
  address: z.string().nullable().describe('where it is reached; null of this host and while it is not connected'),
  via: z
    .string()
    .nullable()
    .exactOptional()
    .describe('the host over which it is reached, where it is not reached otherwise; absent from older daemons'),
  seen: timeSchema
    .nullable()
    .describe('when it was heard last, also by an earlier daemon; null while it is connected, and when it never was'),
  state: hostStateSchema.describe('what an administrator should know of it first'),
  release: z.string().nullable().describe('what it told last, as the branch and its place; null when it has not told'),
  branch: z.string().nullable(),
  position: z
    .int()
    .nullable()
    .describe(
      "operations of the branch that it has done, and those that the branch has, by this host's journal; null where that does not tell",
    ),
  operations: z.int().nullable(),
  stopped: z
    .object({
      operation: z.string(),
      why: z.string(),
      since: timeSchema.nullable(),
    })
    .nullable()
    .describe(
      "the operation that it can't do, and since when by its own clock; that is null for a release that does not tell",
    ),
  deviations: z.array(hostDeviationSchema).describe('how it differs from its journal, as it has told'),
  holds: z
    .array(holdAnswerSchema)
    .exactOptional()
    .describe(
      "who holds it, as it has told, and who holds its branch, as this host's journal has it; absent from older daemons",
    ),
  boot: hostBootSchema.nullable().describe('how its last boot ended; null where no Hostkeeper looks after it'),
})
export type HostRow = Answer<typeof hostRowSchema>
