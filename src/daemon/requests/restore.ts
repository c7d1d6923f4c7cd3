import * as z from 'zod'
import type { RestoreAnswer, RestoreBody } from '../../control/index.ts'
import { restore } from '../../verification/index.ts'
import { cwd, user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { comparedTo, fetchTold } from './shared/progress.ts'
import { request } from './shared/request.ts'
import { unlikePath, unlikeText } from './shared/unlike.ts'

/** NO_SUCH_FILE, OFF_BRANCH, BLOB_MISSING, INSTALL_FAILED, REMOVE_FAILED, PROTECTED_PATH. */
export const restoreRequest = request({
  name: 'restore',
  kind: 'change',
  result: '`restored`: what was put back at a path and below it',
  details: `Of each: ${unlikeText}.`,
  input: z.strictObject({ user, cwd, path: z.string().min(1) }) satisfies z.ZodType<RestoreBody>,
  run: async (parts: RestoreParts, { user, cwd, path: typed }, { tell, signal }): Promise<RestoreAnswer> => {
    const { clock, identity, log, machine } = parts
    const top = machine.journalPath(typed, cwd)
    const deps = { ...parts, branch: parts.branch, fetchBlob: fetchTold(parts, tell) }
    const listener = {
      compared: comparedTo(tell, clock),
      installing: (path: string, done: number, total: number) =>
        void tell({ event: 'progress', text: `${path}: ${done} of ${total} bytes`, counts: true }),
      remark: (text: string) => void tell({ event: 'remark', text }),
    }
    const unlike = await restore(deps, top, listener, signal)
    for (const { path } of unlike) log.warn({ path }, `${user}@${identity.host} put back ${path}`)
    return { restored: unlike.map(unlikePath) }
  },
})

type RestoreParts = Pick<
  Parts,
  'branch' | 'history' | 'work' | 'machine' | 'store' | 'blobs' | 'clock' | 'log' | 'identity'
>
