/** A tree as the newest operations of a branch have it, whatever this host has done. */
import { posix } from 'node:path'
import * as z from 'zod'
import { IsconfError, parseBranchName } from '../../base/index.ts'
import type { TreeAnswer, TreeBody } from '../../control/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName } from './shared/input.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { entriesOf } from './shared/tree-entries.ts'

/** Lines that are told at once. */
const linesAtOnce = 200

/** NO_SUCH_FILE, NO_SUCH_BRANCH, USAGE for more than can be held. */
export const treeRequest = request({
  name: 'tree',
  kind: 'stream',
  result: '`branch`, `head`, `entries` (how many); its `output` is the tree, an entry a line',
  input: z.strictObject({
    path: z.string().refine((path) => path.startsWith('/') && posix.resolve(path) === path, 'must be an absolute path'),
    branch: branchName,
  }) satisfies z.ZodType<TreeBody>,
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'replicator'>,
    { path, branch: name },
    { tell, signal },
  ): Promise<TreeAnswer> => {
    // A host that was off hears first what is new.
    await parts.replicator.catchUp(name === undefined ? undefined : parseBranchName(name))
    const { name: nameOfBranch, journal } = branchNamed(parts, name)
    const { head } = journal
    const entries = await entriesOf(journal, path, signal)
    if (entries.length === 0) {
      throw new IsconfError('NO_SUCH_FILE', `nothing is recorded at ${path} on branch ${nameOfBranch}`)
    }
    const output = outputTo(tell)
    for (let from = 0; from < entries.length; from += linesAtOnce) {
      const lines = entries.slice(from, from + linesAtOnce).map((entry) => `${JSON.stringify(entry)}\n`)
      await output('stdout', Buffer.from(lines.join('')))
    }
    return { branch: nameOfBranch, head, entries: entries.length }
  },
})
