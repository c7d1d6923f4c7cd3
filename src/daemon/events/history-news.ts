/** What an entry of this host's history is to those who listen. */
import { operationName, parseOperationKey } from '../../base/index.ts'
import type { HistoryEntry } from '../../host/index.ts'
import type { News } from './event-bus.ts'

/** What there is to tell of an entry, on a host and its branch; undefined for what is not about doing an operation. */
export function historyNews(entry: HistoryEntry, host: string, branch: string): News | undefined {
  const of = { scope: 'host', host, branch } as const
  switch (entry.event) {
    case 'started': {
      const through = entry.through === undefined ? null : nameOf(entry.through)
      return { type: 'operation-begun', ...of, operation: nameOf(entry.operation), through }
    }
    case 'rebooting':
      if (entry.operation === undefined) return undefined
      return { type: 'operation-begun', ...of, operation: nameOf(entry.operation), through: null }
    case 'finished': {
      const operation = nameOf(entry.operation)
      if (entry.status === 0) return { type: 'operation-done', ...of, operation }
      // Without the last line that it wrote: that may be anything, and this leaves the host.
      return { type: 'operation-failed', ...of, operation, reason: `it ended with exit status ${entry.status}` }
    }
    case 'failed':
      return { type: 'operation-failed', ...of, operation: nameOf(entry.operation), reason: entry.reason }
    default:
      return undefined
  }
}

function nameOf(key: string): string {
  const { id, index } = parseOperationKey(key)
  return operationName(id, index)
}
