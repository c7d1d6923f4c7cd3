import * as z from 'zod'
import type { DomainEvent, EventsQuery, MissedEvents } from '../../control/index.ts'
import { type EventListener, fromStart } from '../events/event-bus.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** What is kept, and how to hear the rest. */
export interface EventFeed {
  readonly kept: readonly (DomainEvent | MissedEvents)[]
  /** Hears what comes next, until what it returns is called; undefined when that is not asked for. */
  readonly listen: ((listener: EventListener) => () => void) | undefined
}

export const eventsRequest = request({
  name: 'events',
  kind: 'feed',
  result: 'what happens in the domain, as this host learns of it',
  details:
    'each event has `id`, `type`, `time`, `scope` (`host` or `domain`), `host` (which it is about) and `branch`. By type: ' +
    '`lock-taken` and `lock-released` (`lock`, `user`, `message`; `how`: `checked-in`, `given-back`, `broken` or ' +
    '`resolved`, and `by` whom it was broken), `checked-in` (`changeset`, `sequence`, `author`, `message`, ' +
    '`operations`; `changesets`: how many have arrived together, of which this is the newest), `operation-begun` ' +
    '(`operation`; `through`: the last of several that were begun together), `operation-done`, `operation-failed` ' +
    '(`reason`), `split-found` and `split-resolved` (`head`), `host-lost` and `host-back` (`peerId`). The header ' +
    '`Last-Event-ID` stands for `after`; `missed` comes first where events behind that are not kept any more. A ' +
    'caller who does not read what is sent is cut off, and can go on with the last id that it has read.',
  input: z.strictObject({
    after: z
      .string()
      .max(64)
      .optional()
      .describe(
        `the id of the event behind which to begin; \`${fromStart}\` for all that are kept; only what is to come when absent`,
      ),
    follow: z.enum(['true', 'false']).optional().describe('`false`: end behind what is kept'),
  }) satisfies z.ZodType<EventsQuery>,
  run: ({ events }: Pick<Parts, 'events'>, { after, follow }): EventFeed => ({
    kept: events.keptAfter(after),
    listen: follow === 'false' ? undefined : (listener) => events.listen(listener),
  }),
})
