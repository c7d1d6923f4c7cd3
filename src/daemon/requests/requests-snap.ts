/** What the daemon does for `isconf snap`. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import type { SnapAnswer, SnapBody, SnappedPath } from '../../control/index.ts'
import { type Snapped, snap, snapRemoval } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { type Handler, parseBody, userSchema as user } from './handler.ts'

const body = z.strictObject({
  user,
  cwd: z.string().refine(isAbsolute),
  paths: z.array(z.string().min(1)).min(1),
  latest: z.boolean().optional(),
  remove: z.boolean().optional(),
}) satisfies z.ZodType<SnapBody>

/** Records what is at some paths, or removes it and records that. */
export const snapHandler: Handler = async (daemon, words, { tell, signal }): Promise<SnapAnswer> => {
  const { remove, ...request } = parseBody(body, words)
  const what = ['snap', ...(remove ? ['--delete'] : []), ...request.paths].join(' ')
  if (remove) {
    return { snapped: [], removed: await logged(daemon, what, () => snapRemoval(daemon.origin(), request)) }
  }
  const listener = {
    progress: (done: number, total: number) => void tell({ event: 'progress', text: `read ${done} of ${total} bytes` }),
    remark: (text: string) => void tell({ event: 'remark', text }),
  }
  const snapped = await logged(daemon, what, () => snap(daemon.origin(), request, listener, signal))
  return { snapped: snapped.map(toSnappedPath), removed: [] }
}

function toSnappedPath({ path, entries }: Snapped): SnappedPath {
  const top = entries.at(-1)
  const count = (kind: string): number => entries.filter((entry) => entry.kind === kind).length
  return {
    path,
    kind: top?.kind ?? 'file',
    target: top?.kind === 'symlink' ? top.target : null,
    sizeBytes: entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.sizeBytes : 0), 0),
    files: count('file'),
    directories: count('directory'),
    symlinks: count('symlink'),
  }
}
