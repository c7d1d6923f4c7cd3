/** `cat`: a file as it was snapped, at the newest or at another operation of this host's branch. */
import * as z from 'zod'
import { IsconfError, operationName, unreachable } from '../../base/index.ts'
import { voidsIn } from '../../branch/index.ts'
import type { CatBody } from '../../control/index.ts'
import { findOperation, isAbout, type Journal, type Operation } from '../../journal/index.ts'
import { cwd } from './shared/input.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** NO_SUCH_FILE, NOT_A_FILE, NO_SUCH_OPERATION, BLOB_MISSING. */
export const catRequest = request({
  name: 'cat',
  kind: 'stream',
  result: 'null; the file is its `output`',
  input: z.strictObject({
    cwd,
    path: z.string().min(1),
    at: z.string().optional().describe('the operation of which the file is wanted; the newest when absent'),
  }) satisfies z.ZodType<CatBody>,
  run: async (
    { branch, blobs, machine, store }: Pick<Parts, 'branch' | 'blobs' | 'machine' | 'store'>,
    { cwd, path: typed, at },
    { tell, signal },
  ): Promise<null> => {
    const path = machine.journalPath(typed, cwd)
    const { blob } = fileIn(await lastAbout(branch.journal, path, at, signal), path, branch.name)
    if (!store.has(blob.id)) await blobs.fetch(blob, signal)
    const output = outputTo(tell)
    for await (const bytes of store.readWhole(blob.id)) {
      signal.throwIfAborted()
      await output('stdout', bytes)
    }
    return null
  },
})

type SnappedFile = Extract<Operation, { kind: 'file' }>

interface Found {
  readonly operation: Operation
  readonly name: string
}

/** The last operation about a path that is not void; if `at` is named, the last one up to that, void or not. */
async function lastAbout(
  journal: Journal,
  path: string,
  at: string | undefined,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const end = at === undefined ? undefined : await findOperation(journal, at)
  const voids = at === undefined ? await voidsIn(journal) : undefined
  for (let sequence = end?.sequence ?? journal.length; sequence > 0; sequence -= 1) {
    signal.throwIfAborted()
    const { id, changeset } = await journal.changesetAt(sequence)
    const last = sequence === end?.sequence ? end.ref.index : changeset.operations.length - 1
    const index = changeset.operations.findLastIndex(
      (one, place) => place <= last && isAbout(one, path) && !voids?.has(`${id}:${place}`),
    )
    const operation = changeset.operations[index]
    if (operation) return { operation, name: operationName(id, index) }
  }
  return undefined
}

function fileIn(found: Found | undefined, path: string, branch: string): SnappedFile {
  if (found?.operation.type !== 'snap')
    throw new IsconfError('NO_SUCH_FILE', `${path} was not snapped on branch ${branch}`)
  const { operation, name } = found
  switch (operation.kind) {
    case 'file':
      return operation
    case 'directory':
      throw notRegular(`${path} is a directory as of ${name}`)
    case 'symlink':
      throw notRegular(`${path} is a symbolic link to ${operation.target} as of ${name}`)
    case 'removal':
      throw new IsconfError('NO_SUCH_FILE', `${path} was removed by ${name}`)
    default:
      return unreachable(operation)
  }
}

function notRegular(message: string): IsconfError {
  return new IsconfError('NOT_A_FILE', message, {
    hint: 'cat writes regular files; `isconf show` shows what else was recorded',
  })
}
