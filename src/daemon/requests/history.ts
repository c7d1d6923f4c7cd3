import * as z from 'zod'
import { operationName, parseOperationKey } from '../../base/index.ts'
import type { HistoryRow } from '../../control/index.ts'
import type { HistoryEntry, OperationRef } from '../../host/index.ts'
import { describeOperation } from '../../journal/index.ts'
import { limit } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

type HistoryParts = Pick<Parts, 'history' | 'branches'>

export const historyRequest = request({
  name: 'history',
  kind: 'query',
  result: 'what happened on this host, newest first',
  details:
    'a row has `event` (`finished`, `failed`, `started`: begun and not ended, `made`, ' +
    '`undone`: taken out of the work, `dropped`, `rebooting`, `rebootFailed`, `skipped`, `passedOver`: void, `mended`, `unrecorded`: a command that did not end well, `held` and `released`: this host, `wentOn`: `up`, despite a hold), `time` (of the end, where there is one), `operation`, `text`, `started`, ' +
    '`tookMs`, `status` (exit status), `output` (SHA-256 of what was written), `remarks` (what a person should know of how it was done), `reason` (of a failure; the hold, of `wentOn`), `dropped` ' +
    '(`operations`, `by`; also of `undone`), `decided` (`by`, `why`: of what was skipped, of what was done by hand since, of a command that did not end well, and of holds), `void` (of what was passed over: `by` which operation, and whether it had been `begun`).',
  input: z.strictObject({ limit }),
  run: (parts: HistoryParts, { limit }) => historyOf(parts, limit),
})

/** What happened here, the last first: a beginning and its end are one row. */
async function historyOf(parts: HistoryParts, limit: number): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = []
  /** The row of an end whose beginning may come next: a reboot has two, the second when the command was run. */
  let ended: { readonly key: string; readonly row: HistoryRow } | undefined
  for await (const entry of parts.history.entriesFromEnd()) {
    const key = 'operation' in entry && entry.operation !== undefined ? entry.operation : ''
    const isBeginning = entry.event === 'started' || entry.event === 'rebooting'
    if (isBeginning && key !== '' && ended?.key === key) {
      beginTogether(rows, entry)
      // Whatever was begun before that was interrupted, and has a row of its own.
      if (entry.event === 'started') ended = undefined
      continue
    }
    if (rows.length >= limit) break
    const row = await rowOf(parts, entry)
    rows.push(row)
    ended = isBeginning ? undefined : { key, row }
  }
  return rows
}

/** Gives the rows of operations that were begun together, of which the first is the last row, their beginning. */
function beginTogether(rows: HistoryRow[], { time, ...entry }: HistoryEntry): void {
  const last = rows.length - 1
  const through = 'through' in entry && entry.through !== undefined ? parseOperationKey(entry.through) : undefined
  const name = through && operationName(through.id, through.index)
  // One that failed was begun again, alone or with those after it.
  const found = rows.findLastIndex(({ operation, event }) => operation === name || event !== 'finished')
  const from = rows[found]?.operation === name ? found : found + 1
  for (let index = name === undefined ? last : Math.min(from, last); index <= last; index += 1) {
    const row = rows[index]
    if (row) rows[index] = withBeginning(row, time)
  }
}

function withBeginning(row: HistoryRow, started: string): HistoryRow {
  const tookMs = Date.parse(row.time) - Date.parse(started)
  // A clock that was set back meanwhile tells nothing.
  return { ...row, started, tookMs: tookMs >= 0 ? tookMs : null }
}

async function rowOf(parts: HistoryParts, entry: HistoryEntry): Promise<HistoryRow> {
  const { event, time } = entry
  const ref = 'operation' in entry && entry.operation !== undefined ? parseOperationKey(entry.operation) : undefined
  return {
    event,
    time,
    operation: ref ? operationName(ref.id, ref.index) : null,
    text: event === 'unrecorded' ? entry.text : ref ? await textOf(parts, ref) : null,
    started: event === 'started' ? time : null,
    tookMs: null,
    ...endOf(entry),
    reason: reasonOf(entry),
    dropped: event === 'dropped' || event === 'undone' ? { operations: entry.operations, by: entry.by } : null,
    decided: decidedOf(entry),
    void: voidOf(entry),
  }
}

function decidedOf(entry: HistoryEntry): HistoryRow['decided'] {
  switch (entry.event) {
    case 'skipped':
    case 'mended':
    case 'unrecorded':
    case 'held':
    case 'released':
    case 'wentOn':
      return { by: entry.by, why: entry.why }
    default:
      return null
  }
}

function voidOf(entry: HistoryEntry): NonNullable<HistoryRow['void']> | null {
  if (entry.event !== 'passedOver') return null
  const { id, index } = parseOperationKey(entry.by)
  return { by: operationName(id, index), begun: entry.begun === true }
}

function reasonOf(entry: HistoryEntry): string | null {
  if (entry.event === 'unrecorded') return entry.why
  if (entry.event === 'wentOn') return entry.hold
  return entry.event === 'failed' || entry.event === 'rebootFailed' ? entry.reason : null
}

/** What is told of an operation that has ended. */
function endOf(entry: HistoryEntry): Pick<HistoryRow, 'status' | 'output' | 'remarks'> {
  if (entry.event !== 'finished') return { status: null, output: null, remarks: [] }
  const { status, output, remarks = [] } = entry
  return { status, output: output === '' ? null : output, remarks }
}

/** What an operation is, from whatever journal has it; null when none has. */
async function textOf({ branches }: HistoryParts, { id, index }: OperationRef): Promise<string | null> {
  for (const { journal } of branches.all()) {
    const sequence = journal.sequenceOf(id)
    if (sequence === undefined || sequence === 0) continue
    const operation = (await journal.changesetAt(sequence)).changeset.operations[index]
    if (operation) return describeOperation(operation)
  }
  return null
}
