/** `wip` and `history`: what is and was on this host. */
import { operationName } from '../../base/index.ts'
import type { HistoryRow, WipAnswer } from '../../control/index.ts'
import { type HistoryEntry, type OperationRef, parseOperationKey } from '../../host/index.ts'
import { describeOperation } from '../../journal/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { showOperation } from './shown-operation.ts'

/** What is not checked in, since when, and under which lock. */
export function wipOf({ work, branch, rebuild }: HostDaemon): WipAnswer {
  const needsRebuild = rebuild.reason ?? null
  const { header, operations } = work
  if (!header) return { work: null, needsRebuild }
  const { lock, broken } = branch.state
  const { lock: id, branch: name, base, author, message, since } = header
  return {
    work: {
      branch: name,
      base,
      lock: id,
      author,
      message,
      since: since ?? null,
      locked: name === branch.name && lock?.id === id,
      broken: broken?.lock.id === id ? { by: broken.by, time: broken.time } : null,
      operations: operations.map(showOperation),
    },
    needsRebuild,
  }
}

/** What happened here, the last first: a beginning and its end are one row. */
export async function historyOf(daemon: HostDaemon, limit: number): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = []
  /** The row of an end whose beginning may come next: a reboot has two, the second when the command was run. */
  let ended: { readonly key: string; readonly row: HistoryRow } | undefined
  for await (const entry of daemon.history.entriesFromEnd()) {
    const key = 'operation' in entry && entry.operation !== undefined ? entry.operation : ''
    const isBeginning = entry.event === 'started' || entry.event === 'rebooting'
    if (isBeginning && key !== '' && ended?.key === key) {
      rows[rows.length - 1] = withBeginning(ended.row, entry.time)
      continue
    }
    if (rows.length >= limit) break
    const row = await rowOf(daemon, entry)
    rows.push(row)
    ended = isBeginning ? undefined : { key, row }
  }
  return rows
}

function withBeginning(row: HistoryRow, started: string): HistoryRow {
  const tookMs = Date.parse(row.time) - Date.parse(started)
  // A clock that was set back meanwhile tells nothing.
  return { ...row, started, tookMs: tookMs >= 0 ? tookMs : null }
}

async function rowOf(daemon: HostDaemon, entry: HistoryEntry): Promise<HistoryRow> {
  const { event, time } = entry
  const ref = 'operation' in entry && entry.operation !== undefined ? parseOperationKey(entry.operation) : undefined
  return {
    event,
    time,
    operation: ref ? operationName(ref.id, ref.index) : null,
    text: ref ? await textOf(daemon, ref) : null,
    started: event === 'started' ? time : null,
    tookMs: null,
    status: event === 'finished' ? entry.status : null,
    output: event === 'finished' && entry.output !== '' ? entry.output : null,
    reason: event === 'failed' || event === 'rebootFailed' ? entry.reason : null,
    dropped: event === 'dropped' ? { operations: entry.operations, by: entry.by } : null,
  }
}

/** What an operation is, from whatever journal has it; null when none has. */
async function textOf({ branches }: HostDaemon, { id, index }: OperationRef): Promise<string | null> {
  for (const { journal } of branches.all()) {
    const sequence = journal.sequenceOf(id)
    if (sequence === undefined || sequence === 0) continue
    const operation = (await journal.changesetAt(sequence)).changeset.operations[index]
    if (operation) return describeOperation(operation)
  }
  return null
}
