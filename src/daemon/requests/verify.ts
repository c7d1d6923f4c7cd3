import * as z from 'zod'
import { unlikePathsMax, type VerifyAnswer, type VerifyBody } from '../../control/index.ts'
import { verify } from '../../verification/index.ts'
import { cwd } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { comparedTo } from './shared/progress.ts'
import { request } from './shared/request.ts'
import { unlikePath, unlikeText } from './shared/unlike.ts'

/** NO_SUCH_FILE, OFF_BRANCH. */
export const verifyRequest = request({
  name: 'verify',
  kind: 'stream',
  result: 'in what this machine is not as the journal has it, as far as this host has done it',
  details: `\`branch\`, \`position\` (operations done), \`checked\` (how many paths), \`unlike\` (${unlikeText}) and \`more\` (how many there are besides).`,
  input: z.strictObject({
    cwd,
    path: z.string().min(1).optional().describe('with all that is below it; everything when absent'),
  }) satisfies z.ZodType<VerifyBody>,
  run: async (
    parts: Pick<Parts, 'branch' | 'history' | 'work' | 'machine' | 'clock'>,
    { cwd, path: typed },
    { tell, signal },
  ): Promise<VerifyAnswer> => {
    const { branch, machine } = parts
    const top = typed === undefined ? '/' : machine.journalPath(typed, cwd)
    const { position, checked, unlike } = await verify(parts, top, comparedTo(tell, parts.clock), signal)
    return {
      branch: branch.name,
      position,
      checked,
      unlike: unlike.slice(0, unlikePathsMax).map(unlikePath),
      more: Math.max(0, unlike.length - unlikePathsMax),
    }
  },
})
