import * as z from 'zod'
import type { Answer } from './answer.ts'
import { lockAnswerSchema } from './change.ts'
import { deviationAnswerSchema } from './deviation.ts'
import { holdAnswerSchema } from './hold.ts'
import { timeSchema } from './time.ts'

export const unattendedAnswerSchema = z.object({
  window: z.string().nullable().describe('when it may begin, as it was written; null when always'),
  text: z.string().describe('what it did last, does now, or waits for'),
})
export type UnattendedAnswer = Answer<typeof unattendedAnswerSchema>

export const workStatusSchema = z.object({
  author: z.string(),
  message: z.string(),
  operations: z.array(z.string()),
  locked: z.boolean().describe('whether the lock it was done under is still held'),
})
export type WorkStatus = Answer<typeof workStatusSchema>

/** Work was dropped here with `wip drop`, which no journal will ever have. */
export const rebuildStatusSchema = z.object({
  operations: z.int().describe('how many operations, in all'),
  by: z.string().describe('who dropped the last of them, and when'),
  time: timeSchema,
})
export type RebuildStatus = Answer<typeof rebuildStatusSchema>

export const leftStatusSchema = z.object({
  domain: z.string(),
  by: z.string().describe('who left it, and when'),
  time: timeSchema,
  operations: z.int(),
  directory: z.string().describe('where what this host had of it is kept, below IS_HOME'),
})
export type LeftStatus = Answer<typeof leftStatusSchema>

export const lineStatusSchema = z.object({
  first: z.string().describe('the first changeset that is on this line only'),
  head: z.string(),
  author: z.string(),
  message: z.string(),
  time: timeSchema,
  changesets: z.int(),
  here: z.boolean().describe("whether it is the line that this host's journal follows"),
})
export type LineStatus = Answer<typeof lineStatusSchema>

export const unreachedAddressSchema = z.object({
  address: z.string(),
  reason: z.string(),
})
export type UnreachedAddress = Answer<typeof unreachedAddressSchema>

/** A host that was met, or heard on the local network, and is not connected. */
export const strangerStatusSchema = z.object({
  address: z.string(),
  text: z.string().describe('what is the matter, in a sentence that has the host as its subject'),
  time: timeSchema.describe('when it was met last'),
})
export type StrangerStatus = Answer<typeof strangerStatusSchema>

export const meshStatusSchema = z.object({
  peerId: z.string(),
  addresses: z.array(z.string()),
  peers: z
    .array(
      z.object({
        host: z.string(),
        address: z.string(),
        via: z.string().exactOptional(),
      }),
    )
    .describe('`via` is the host over which it is reached, where it is not reached otherwise'),
  unreached: z
    .array(unreachedAddressSchema)
    .describe(
      'the addresses at which this host was told of others, or has met them, where it reaches none, and why not',
    ),
  strangers: z
    .array(strangerStatusSchema)
    .exactOptional()
    .describe('who was not admitted lately, or has not admitted this host; absent from older daemons'),
  authenticated: z.boolean().describe("false when no hmac key is set and any host of the domain's name is let in"),
  refused: z.int().describe('strangers turned away since the daemon started'),
})
export type MeshStatus = Answer<typeof meshStatusSchema>

/** GET /v1/status */
export const statusSchema = z.object({
  host: z.string(),
  release: z.string(),
  pid: z.int(),
  domain: z.object({
    name: z.string(),
    source: z.string(),
  }),
  branch: z.string(),
  head: z.string(),
  position: z
    .int()
    .nullable()
    .describe('operations of the branch that this host has done; null when it has left the branch'),
  operations: z.int(),
  pending: z.int(),
  stopped: z
    .object({
      operation: z.string(),
      reason: z.string(),
      since: timeSchema.exactOptional(),
    })
    .nullable()
    .describe(
      'the operation at which `up` stopped, why, and since when; that is absent from older daemons, and where nothing has been tried yet',
    ),
  rebootPending: z
    .object({
      since: timeSchema,
      operation: z.string().nullable(),
    })
    .nullable()
    .describe('a reboot that was asked for and has not come; the operation is null when it is for work not checked in'),
  running: z
    .string()
    .nullable()
    .exactOptional()
    .describe('the verb under way that changes this host; absent from older daemons'),
  holds: z.array(holdAnswerSchema).exactOptional().describe('what `up` does nothing for; absent from older daemons'),
  unattended: unattendedAnswerSchema
    .nullable()
    .exactOptional()
    .describe('of a host that does `up` by itself; null where that is left to people, absent from older daemons'),
  lock: lockAnswerSchema.nullable(),
  work: workStatusSchema.nullable(),
  needsRebuild: rebuildStatusSchema.nullable().describe('why this host has to be built anew; null when it need not'),
  deviations: z.array(deviationAnswerSchema).describe('how it differs from its journal'),
  left: z
    .array(leftStatusSchema)
    .describe(
      'the domains that were left with `isconf leave`, in which operations were done that no other host here gets',
    ),
  lines: z.array(lineStatusSchema).describe('the lines of a split branch; empty when it is not split'),
  mesh: meshStatusSchema,
  bank: z
    .object({
      address: z.string().nullable(),
    })
    .describe("where the package bank answers; the address is null while its port can't be had"),
  warnings: z.array(z.string()),
})
export type Status = Answer<typeof statusSchema>

export const stopAnswerSchema = z.object({
  pid: z.int(),
  after: z
    .string()
    .nullable()
    .exactOptional()
    .describe('the request that is finished before, null when there is none; absent from older daemons'),
})
export type StopAnswer = Answer<typeof stopAnswerSchema>

/** POST /v1/restart */
export const restartAnswerSchema = stopAnswerSchema.extend({
  restarts: z.boolean().describe('whether the daemon ends and is started again; otherwise nothing has happened'),
})
export type RestartAnswer = Answer<typeof restartAnswerSchema>
