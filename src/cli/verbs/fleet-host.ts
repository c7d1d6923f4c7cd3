/** Everything that is known of one host, for `isconf fleet HOST`. */
import { type HoldAnswer, type HostRow, hostStates } from '../../control/index.ts'
import { listing } from '../../terminal/index.ts'
import { heldBy, releaseText } from '../hold-text.ts'
import { bootText, deviationText } from './hosts.ts'

type Rows = readonly (readonly [string, string])[]

/** Rows of a name and what there is to say. */
export function hostStory(host: HostRow): string {
  const { name, peerId, state, release, branch, position, operations, stopped, holds = [], deviations, boot } = host
  const place = branch === null ? 'not told' : `${branch}, ${position ?? '?'} of ${operations ?? '?'} operations done`
  return listing(
    [
      ['host', release === null ? name : `${name} (isconf ${release})`],
      ['state', `${state}: ${hostStates[state]}`],
      ['branch', place],
      ['heard', heardText(host)],
      ...(stopped === null ? [] : stoppedRows(stopped, name)),
      ...holds.flatMap((one) => heldRows(one, name)),
      ...deviations.map((one) => ['differs', deviationText(one)] as const),
      ...(boot === null ? [] : [['boot', bootText(boot)] as const]),
      ['peer id', peerId],
    ],
    '',
  )
}

/** Where it is stopped, and the ways on. */
function stoppedRows({ operation, since, why }: NonNullable<HostRow['stopped']>, name: string): Rows {
  return [
    ['stopped', `at ${operation}${sinceText(since)}: ${why}`],
    ['', `isconf show ${operation} shows it; on ${name}: isconf up, or past it: isconf skip ${operation} -m WHY`],
  ]
}

function heldRows(hold: HoldAnswer, host: string): Rows {
  return [
    ['held', `${hold.scope} ${hold.name} ${heldBy(hold)}`],
    ['', hold.scope === 'host' ? `on ${host}: isconf release` : releaseText(hold)],
  ]
}

function heardText({ here, connected, address, seen }: HostRow): string {
  if (here) return 'this host'
  if (connected) return `now, at ${address}`
  return seen === null ? 'never' : `last at ${seen}`
}

/** Since when, where that is known. */
export function sinceText(time: string | null): string {
  return time === null ? '' : ` since ${time}`
}
