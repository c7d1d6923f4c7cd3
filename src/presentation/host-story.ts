/** Everything that is known of one host. */
import { type HoldAnswer, type HostRow, hostStates } from '../control/index.ts'
import { heldBy, releaseText } from './hold-text.ts'
import { bootText, deviationText, sinceText } from './host-text.ts'
import type { Rows } from './rows.ts'

/** Rows of a name and what there is to say; a name is empty where the row goes on with the one before. */
export function hostStory(host: HostRow): Rows {
  const { name, peerId, state, release, branch, position, operations, stopped, holds = [], deviations, boot } = host
  const place = branch === null ? 'not told' : `${branch}, ${position ?? '?'} of ${operations ?? '?'} operations done`
  return [
    ['host', release === null ? name : `${name} (isconf ${release})`],
    ['state', `${state}: ${hostStates[state]}`],
    ['branch', place],
    ['heard', heardText(host)],
    ...(stopped === null ? [] : stoppedRows(stopped, name)),
    ...holds.flatMap((one) => heldRows(one, name)),
    ...deviations.map((one) => ['differs', deviationText(one)] as const),
    ...(boot === null ? [] : [['boot', bootText(boot)] as const]),
    ['peer id', peerId],
  ]
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

function heardText({ here, connected, address, via, seen }: HostRow): string {
  if (here) return 'this host'
  if (connected) return via ? `now, over ${via}` : `now, at ${address}`
  return seen === null ? 'never' : `last at ${seen}`
}
