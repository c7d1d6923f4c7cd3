import * as z from 'zod'
import type { SnapAnswer, SnapBody, SnappedPath } from '../../control/index.ts'
import { type Snapped, snap, snapRemoval } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { cwd, paths, user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { readProgressTo } from './shared/progress.ts'
import { request } from './shared/request.ts'

export const snapRequest = request({
  name: 'snap',
  kind: 'change',
  result:
    '`snapped`: for each path `path`, `kind`, `target`, `sizeBytes`, `files`, `directories`, `symlinks`; `removed`: ' +
    '`path`, `here` (whether something was there)',
  input: z.strictObject({
    user,
    cwd,
    paths,
    latest: z.boolean().optional().describe('of these files a host that catches up needs only the newest'),
    gone: z
      .enum(['mirror', 'keep'])
      .optional()
      .describe(
        'what was recorded below a directory before and is gone here: removed on the other hosts, too, or kept',
      ),
    remove: z.boolean().optional().describe('remove what is there, and record that'),
  }) satisfies z.ZodType<SnapBody>,
  run: async (
    { origin, log }: Pick<Parts, 'origin' | 'log'>,
    { remove, ...body },
    { tell, signal },
  ): Promise<SnapAnswer> => {
    const what = ['snap', ...(remove ? ['--delete'] : []), ...body.paths].join(' ')
    if (remove) return { snapped: [], removed: await logged(log, what, () => snapRemoval(origin(), body)) }
    const listener = {
      progress: readProgressTo(tell),
      remark: (text: string) => void tell({ event: 'remark', text }),
    }
    const { snapped, removed } = await logged(log, what, () => snap(origin(), body, listener, signal))
    return { snapped: snapped.map(toSnappedPath), removed: [...removed] }
  },
})

function toSnappedPath({ path, entries }: Snapped): SnappedPath {
  const top = entries.at(-1)
  const paths = new Set(entries.map((entry) => entry.path))
  // Of a file with several names here, once.
  const sizes = entries.map((entry) =>
    entry.kind === 'file' && !(entry.hardlink !== undefined && paths.has(entry.hardlink)) ? entry.sizeBytes : 0,
  )
  const count = (kind: string): number => entries.filter((entry) => entry.kind === kind).length
  return {
    path,
    kind: top?.kind ?? 'file',
    target: top?.kind === 'symlink' ? top.target : null,
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    files: count('file'),
    directories: count('directory'),
    symlinks: count('symlink'),
  }
}
