import { inOneLine, toIsconfError } from '../../base/index.ts'
import type { DomainEvent, MissedEvents } from '../../control/index.ts'
import { count, flag, jsonLinesFlag, value } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { type VerbContext, verb } from '../verb.ts'

/**
 * How long to wait before asking a daemon again that has ended the stream. By then one that was stopped has removed its
 * socket.
 */
const againMs = 500

export const eventsVerb = verb({
  name: 'events',
  summary: 'Show what has happened in the domain lately',
  help:
    'Shows the last thousand events that the daemon of this host has learned of since it was started, the oldest first: locks taken and ' +
    'released, check-ins, operations begun, done and failed on this host, splits found and resolved, hosts lost and ' +
    'back. With --follow it goes on with those that come, until Ctrl-C. A line that says `missed` stands where there may have been more.',
  exits: [0],
  options: {
    follow: flag('--follow', 'go on with what happens next, until Ctrl-C'),
    after: value('--after <id>', 'only what comes after the event with this id, as --json shows it'),
    json: jsonLinesFlag,
  },
  run: async (context, { follow, after, json }) => {
    let last = after ?? 'start'
    const show = (event: DomainEvent | MissedEvents): void => {
      last = event.id
      context.terminal.out(json ? `${JSON.stringify(event)}\n` : `${inOneLine(eventText(event))}\n`)
    }
    const listen = (): Promise<void> =>
      context.client.listen(withQuery('/v1/events', { after: last, follow: String(follow) }), show)
    if (follow) await listenOn(context, listen)
    else await listen()
    return 0
  },
})

/** Connects again when it was cut off, also to a daemon that has restarted. Fails if there is no daemon any more. */
async function listenOn({ onInterrupt, sleep }: VerbContext, listen: () => Promise<void>): Promise<void> {
  let goesOn = true
  const interrupted = new Promise<void>((resolve) => {
    onInterrupt(() => {
      goesOn = false
      resolve()
    })
  })
  while (goesOn) {
    const heard = listen().catch((thrown: unknown) => {
      if (toIsconfError(thrown).code !== 'DAEMON_LOST') throw thrown
    })
    await Promise.race([heard, interrupted])
    if (goesOn) await Promise.race([sleep(againMs), interrupted])
  }
}

function eventText(event: DomainEvent | MissedEvents): string {
  if (event.type === 'missed') return `${event.time} missed: what came before is not kept`
  const branch = event.branch === null ? '' : ` ${event.branch}`
  return `${event.time} ${event.type} ${event.host}${branch}${detailsOf(event)}`
}

function detailsOf(event: DomainEvent): string {
  switch (event.type) {
    case 'lock-taken':
      return ` by ${event.user}: ${event.message}`
    case 'lock-released':
      return ` ${event.how.replace('-', ' ')}${event.by === null ? '' : ` by ${event.by}`}`
    case 'checked-in': {
      const more = event.changesets > 1 ? ` and ${count(event.changesets - 1, 'changeset')} before it` : ''
      return ` ${event.changeset.slice(0, 12)} by ${event.author}: ${event.message}${more}`
    }
    case 'operation-begun':
      return ` ${event.operation}${event.through === null ? '' : ` to ${event.through}`}`
    case 'operation-done':
      return ` ${event.operation}`
    case 'operation-failed':
      return ` ${event.operation}: ${event.reason}`
    case 'split-found':
    case 'split-resolved':
      return ` ${event.head.slice(0, 12)}`
    case 'host-lost':
    case 'host-back':
      return ''
  }
}
