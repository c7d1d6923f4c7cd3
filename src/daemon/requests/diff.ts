import * as z from 'zod'
import type { DiffAnswer, DiffBody } from '../../control/index.ts'
import { isWithin, type SnapOperation } from '../../journal/index.ts'
import { changedBetween, recordedAt, unlikeOf, verify } from '../../verification/index.ts'
import { Contents, type Differing } from './shared/diff-contents.ts'
import { cwd } from './shared/input.ts'
import { type NamedPlace, placeNamed } from './shared/named-place.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { comparedTo, fetchTold } from './shared/progress.ts'
import { request } from './shared/request.ts'

/** NO_SUCH_FILE, NO_SUCH_OPERATION, OFF_BRANCH, USAGE for more than can be held. */
export const diffRequest = request({
  name: 'diff',
  kind: 'stream',
  result: '`from` and `to` (what was compared, in words), `differing` (how many paths); its `output` is a path a line',
  details:
    'a line has `path`, `from` and `to` (the operations that say what it is, or null), `differences` as in verify, ' +
    '`content` (`from` and `to` in base64, null where there is no file; null when it does not differ or is not given) and ' +
    '`why` it is not given.',
  input: z.strictObject({
    cwd,
    from: z
      .string()
      .max(200)
      .optional()
      .describe(
        'a branch, a changeset (64 zeros are the one before the first) or an operation; what this host has done when absent',
      ),
    to: z.string().max(200).optional().describe('the same; this machine when absent'),
    path: z.string().min(1).optional().describe('only what is at it and below it'),
  }) satisfies z.ZodType<DiffBody>,
  run: async (parts: DiffParts, body, { tell, signal }): Promise<DiffAnswer> => {
    const { branch, clock, machine, store } = parts
    const top = body.path === undefined ? '/' : machine.journalPath(body.path, body.cwd)
    const from = body.from === undefined ? undefined : await placeNamed(parts, body.from)
    const to = body.to === undefined ? undefined : await placeNamed(parts, body.to)
    const onProgress = comparedTo(tell, clock)
    let differing: readonly Differing[]
    if (from && to) differing = await changedBetween(from, to, top, signal)
    else if (from) differing = await againstMachine(parts, from, top, onProgress, signal)
    else {
      const { unlike } = await verify({ ...parts, branch }, top, onProgress, signal)
      differing = unlike.map(unlikeMachine)
    }
    const contents = new Contents({ machine, store, fetchBlob: fetchTold(parts, tell) }, to === undefined, signal)
    const output = outputTo(tell)
    for (const one of differing) await output('stdout', Buffer.from(`${JSON.stringify(await contents.of(one))}\n`))
    return {
      from: from?.label ?? `branch ${branch.name}`,
      to: to?.label ?? 'this machine',
      differing: differing.length,
    }
  },
})

type DiffParts = Pick<Parts, 'branch' | 'branches' | 'history' | 'work' | 'machine' | 'store' | 'blobs' | 'clock'>

/** Compares only the paths that an operation or a changeset is about: the machine has gone on since. */
async function againstMachine(
  { machine }: DiffParts,
  { journal, operations, about }: NamedPlace,
  top: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<readonly Differing[]> {
  const recorded = await recordedAt(journal, { top, operations, removals: true, signal })
  const meant = about ? recorded.filter(({ path }) => about.some((one) => isSaid(one, path))) : recorded
  return (await unlikeOf(machine, meant, onProgress, signal)).map(unlikeMachine)
}

function isSaid(operation: SnapOperation, path: string): boolean {
  return operation.kind === 'removal' ? isWithin(operation.path, path) : operation.path === path
}

function unlikeMachine({ differences, ...before }: Awaited<ReturnType<typeof unlikeOf>>[number]): Differing {
  return { path: before.path, before, after: undefined, differences }
}
