/** What revert and wip undo share: telling what is done, and files that are not here. */
import type { PerformListener, RevertDeps } from '../../../origin/index.ts'
import { commandTo } from './output.ts'
import type { Parts } from './parts.ts'
import { fetchTold } from './progress.ts'
import type { Tell } from './request.ts'

export type RevertParts = Pick<Parts, 'origin' | 'blobs' | 'store' | 'clock' | 'log'>

export function revertDeps(parts: RevertParts, tell: Tell): RevertDeps {
  return { ...parts.origin(), fetchBlob: fetchTold(parts, tell) }
}

export function performListener(tell: Tell): PerformListener {
  return {
    operation: (text, number, total) =>
      void tell({ event: 'progress', text: `${number}/${total} ${text}`, step: true }),
    remark: (text) => void tell({ event: 'remark', text }),
    ...commandTo(tell),
  }
}
