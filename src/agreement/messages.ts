/** What hosts say to each other to agree without keepers: proposals, and votes on them. */
import * as z from 'zod'
import { branchStateSchema, voteSchema } from '../branch/index.ts'
import { branchNameSchema } from '../journal/index.ts'

/** How long a proposer waits for votes: well within a pledge, and longer than a busy host takes to answer. */
export const voteMs = 3_000
/** How many hosts one question may have visited: it travels on through hosts that reach others. */
const visitedMax = 10_000

/** A peer's id has fewer characters. */
const peerLengthMax = 64

const proposalId = z.string().regex(/^[0-9a-f]{32}$/)

const proposalSchema = z.object({
  id: proposalId,
  from: branchStateSchema,
  to: branchStateSchema,
})

/** A proposal that is put to the vote, or one that its proposer gave up. */
export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('propose'),
    proposal: proposalSchema,
    visited: z.array(z.string().max(peerLengthMax)).max(visitedMax),
    /** How long the asker waits; whoever asks on has less. */
    waitMs: z.int().positive().max(voteMs),
  }),
  z.object({
    type: z.literal('release'),
    branch: branchNameSchema,
    proposal: proposalId,
    visited: z.array(z.string().max(peerLengthMax)).max(visitedMax),
  }),
])

export type Message = z.infer<typeof messageSchema>

/** The answer to a proposal: the vote of who was asked, and of all who were asked by way of it. */
export const votesSchema = z.array(voteSchema).max(visitedMax)
