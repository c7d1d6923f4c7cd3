/** The events as schemas, of which docs/protocol/openapi.json is printed, and to which tests hold what is told. */
import * as z from 'zod'
import type { DomainEvent, MissedEvents } from '../../control/index.ts'

const every = {
  id: z.string().describe('names the event in this daemon'),
  time: z.iso.datetime().describe('when this host learned of it'),
  host: z.string().describe('the host that it is about'),
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
const ofOtherHost = { ...ofBranch, peerId: z.string(), branch: z.string().nullable() }

export const domainEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('lock-taken'), ...ofLock }),
  z.strictObject({
    type: z.literal('lock-released'),
    ...ofLock,
    how: z.enum(['checked-in', 'given-back', 'broken', 'resolved']),
    by: z.string().nullable().describe('who has broken it'),
  }),
  z.strictObject({
    type: z.literal('checked-in'),
    ...ofBranch,
    changeset: z.string().describe('its id'),
    sequence: z.int().positive(),
    author: z.string(),
    message: z.string(),
    operations: z.int().nonnegative(),
    changesets: z.int().positive().describe('how many have arrived together, of which this is the newest'),
  }),
  z.strictObject({
    type: z.literal('operation-begun'),
    ...ofHost,
    through: z.string().nullable().describe('the last of several that were begun together'),
  }),
  z.strictObject({ type: z.literal('operation-done'), ...ofHost }),
  z.strictObject({ type: z.literal('operation-failed'), ...ofHost, reason: z.string() }),
  z.strictObject({
    type: z.enum(['split-found', 'split-resolved']),
    ...ofBranch,
    head: z.string().describe('of the line that this host follows'),
  }),
  z.strictObject({ type: z.enum(['host-lost', 'host-back']), ...ofOtherHost }),
]) satisfies z.ZodType<DomainEvent>

export const missedEventsSchema = z.strictObject({
  type: z.literal('missed'),
  id: z.string().describe('where to go on'),
  time: z.iso.datetime(),
}) satisfies z.ZodType<MissedEvents>
