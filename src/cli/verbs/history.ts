import { inOneLine } from '../../base/index.ts'
import type { HistoryRow } from '../../control/index.ts'
import { reasonText } from '../../presentation/index.ts'
import { aChangeset, aCount, count, jsonLinesFlag, value } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { showOutput } from '../show-output.ts'
import { verb } from '../verb.ts'

export const historyVerb = verb({
  name: 'history',
  summary: 'Show what happened on this host, newest first',
  help:
    'Shows each operation that was started on this host: when, how it ended, how long it took, and the digest of ' +
    "a command's output. The history belongs to the host, not to a branch, and no other host has it. --output shows the " +
    'last 64 KiB of each stream that a command wrote when `isconf up` or `isconf exec` ran it here, by the name that the history has for it, or wip:0 for the first operation of the work in progress; values that exec --env recorded are masked.',
  exits: [0, 2],
  options: {
    limit: value('-n <count>', 'show at most this many', aCount),
    output: value('--output <operation>', 'show the end of what this operation wrote here', aChangeset),
    json: jsonLinesFlag,
  },
  exclusive: ['limit', 'output'],
  run: async (context, { json, limit, output }) => {
    const { client, terminal } = context
    if (output !== undefined) return showOutput(context, { operation: output }, json)
    const rows = (await client.get(withQuery('/v1/history', { limit }))) as readonly HistoryRow[]
    for (const row of rows) terminal.out(json ? `${JSON.stringify(row)}\n` : describe(row))
    return 0
  },
})

function describe(row: HistoryRow): string {
  const { time, started, operation, text, output } = row
  const what = operation === null ? '' : ` ${operation}${text === null ? '' : `  ${text}`}`
  const digest = output === null ? '' : `    output ${output}\n`
  const remarks = row.remarks.map((remark) => `    ${inOneLine(remark)}\n`).join('')
  return `${inOneLine(`${started ?? time}${what}`)}\n    ${inOneLine(endOf(row))}\n${digest}${remarks}`
}

function endOf(row: HistoryRow): string {
  const { event, status, reason, tookMs, dropped, decided } = row
  const took = tookMs === null ? '' : ` after ${tookMs} ms`
  switch (event) {
    case 'finished':
      return status === 0 ? `done${took}` : `ended with exit status ${status}${took}`
    case 'failed':
      return `failed${took}: ${reason}`
    case 'started':
      return 'begun, and not ended'
    case 'made':
      return 'made here and checked in'
    case 'rebooting':
      return 'the machine was to be rebooted'
    case 'rebootFailed':
      return `the machine could not be rebooted: ${reason}`
    case 'skipped':
      return `skipped by ${decided?.by}: ${decided?.why}`
    case 'mended':
      return `put right by hand, according to ${decided?.by}: ${decided?.why}`
    case 'unrecorded':
      return `not recorded: ${reason}${decided ? `; run by ${decided.by}` : ''}`
    case 'held':
      return `this host was held by ${decided?.by}: ${reasonText(decided?.why)}`
    case 'released':
      return `this host was released by ${decided?.by}: ${reasonText(decided?.why)}`
    case 'wentOn':
      return `${decided?.by} had up go on (${decided?.why}) although ${reason}`
    case 'undone':
      return `${dropped?.by} took ${count(dropped?.operations ?? 0, 'operation')} out of the work in progress`
    case 'passedOver':
      return `void${row.void ? ` by ${row.void.by}` : ''}, and passed over${row.void?.begun ? '; it had been begun here before' : ''}`
    case 'dropped':
      return `${dropped?.by} dropped ${count(dropped?.operations ?? 0, 'operation')} done here`
    default:
      return event
  }
}
