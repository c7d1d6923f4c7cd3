/** GET /v1/events: what happens in the domain, as this host learns of it. */
import * as z from 'zod'
import type { Answer } from './answer.ts'
import { timeSchema } from './time.ts'

const every = {
  id: z.string().describe('names the event in this daemon; one that comes later has a higher number behind the dash'),
  time: timeSchema.describe('when this host learned of it'),
  host: z
    .string()
    .describe('the host that it is about: which has the lock, has checked in, does the operation, or is lost'),
}
const ofHost = {
  ...every,
  scope: z.literal('host').describe('it is about this host alone'),
  branch: z.string(),
  operation: z.string().describe('its name'),
}
const ofBranch = { ...every, scope: z.literal('domain').describe('it is about the domain'), branch: z.string() }
const ofLock = {
  ...ofBranch,
  lock: z.string().describe('names this taking of the lock'),
  user: z.string(),
  message: z.string().describe('why it was taken'),
}
const ofOtherHost = {
  ...ofBranch,
  peerId: z.string(),
  branch: z
    .string()
    .nullable()
    .describe('the one that the host was on when it was heard last; null when it has not told'),
}

/** How a lock ended. */
export const lockEndSchema = z.enum(['checked-in', 'given-back', 'broken', 'resolved'])
export type LockEnd = Answer<typeof lockEndSchema>

/** Every kind of event. */
export const domainEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('lock-taken'), ...ofLock }),
  z.object({
    type: z.literal('lock-released'),
    ...ofLock,
    how: lockEndSchema,
    by: z.string().nullable().describe('who has broken it; null when nobody has'),
  }),
  z.object({
    type: z.literal('checked-in'),
    ...ofBranch,
    changeset: z.string().describe('its id'),
    sequence: z.int().positive(),
    author: z.string(),
    message: z.string(),
    operations: z.int().nonnegative(),
    changesets: z.int().positive().describe('how many have arrived together, of which this is the newest'),
  }),
  z.object({
    type: z.literal('operation-begun'),
    ...ofHost,
    through: z.string().nullable().describe('the last of several that were begun together; null for one'),
  }),
  z.object({ type: z.literal('operation-done'), ...ofHost }),
  z.object({ type: z.literal('operation-failed'), ...ofHost, reason: z.string() }),
  z.object({
    type: z.enum(['split-found', 'split-resolved']),
    ...ofBranch,
    head: z.string().describe('of the line that this host follows; the branch has two'),
  }),
  z.object({ type: z.enum(['host-lost', 'host-back']), ...ofOtherHost }),
])
export type DomainEvent = Answer<typeof domainEventSchema>

export type EventType = DomainEvent['type']

/**
 * Comes first if the caller may have missed events that are no longer kept: the last one it heard is too old, or was
 * told by an earlier daemon.
 */
export const missedEventsSchema = z.object({
  type: z.literal('missed'),
  id: z.string().describe('where to go on'),
  time: timeSchema,
})
export type MissedEvents = Answer<typeof missedEventsSchema>
