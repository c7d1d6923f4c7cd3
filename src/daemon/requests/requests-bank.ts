/** What the daemon does for `isconf bank`. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import type {
  BankAddAnswer,
  BankAddBody,
  BankAnswer,
  BankGetBody,
  BankRemoveBody,
  BankRow,
  BlobAnswer,
} from '../../control/index.ts'
import { addToBank, notInBank, removeFromBank } from '../../origin/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { logged } from '../logging/logged-work.ts'
import { type Handler, parseBody, userSchema as user } from './handler.ts'
import { branchOr } from './requests-branch.ts'
import type { ProcessFacts } from './status.ts'
import { streamBlob } from './stream-blob.ts'

const bodies = {
  add: z.strictObject({
    user,
    cwd: z.string().refine(isAbsolute),
    paths: z.array(z.string().min(1)).min(1),
  }) satisfies z.ZodType<BankAddBody>,
  remove: z.strictObject({ user, names: z.array(z.string()).min(1) }) satisfies z.ZodType<BankRemoveBody>,
  list: z.strictObject({ branch: z.string().optional() }),
  get: z.strictObject({ name: z.string(), branch: z.string().optional() }) satisfies z.ZodType<BankGetBody>,
}

/** Those that change something. */
export const bankHandlers: Readonly<Record<string, Handler>> = {
  'bank-add': async (daemon, body, { tell, signal }): Promise<BankAddAnswer> => {
    const request = parseBody(bodies.add, body)
    const progress = (done: number, total: number): void =>
      void tell({ event: 'progress', text: `read ${done} of ${total} bytes` })
    const what = `bank add ${request.paths.join(' ')}`
    const added = await logged(daemon, what, async () => addToBank(await depsOf(daemon), request, progress, signal))
    return {
      files: added.map(({ name, blob, added }) => ({ name, sizeBytes: blob.sizeBytes, sha256: blob.id, added })),
    }
  },
  'bank-remove': async (daemon, body): Promise<null> => {
    const { user, names } = parseBody(bodies.remove, body)
    await logged(daemon, `bank remove ${names.join(' ')}`, async () =>
      removeFromBank(await depsOf(daemon), user, names),
    )
    return null
  },
}

/** A file by its name, whether it is here or has to be fetched. NOT_IN_BANK, NO_SUCH_BRANCH, BLOB_MISSING. */
export const bankGet: Handler = async (daemon, body, context): Promise<BlobAnswer> => {
  const { name, branch: branchName } = parseBody(bodies.get, body)
  const branch = branchOr(daemon, branchName)
  const file = (await daemon.banks.filesOf(branch)).get(name)
  if (!file) throw notInBank(name, branch.name)
  return streamBlob(daemon, file.blob, context)
}

/** What a branch publishes, by name. NO_SUCH_BRANCH. */
export async function readBank(daemon: HostDaemon, query: unknown, facts: ProcessFacts): Promise<BankAnswer> {
  const branch = branchOr(daemon, parseBody(bodies.list, query).branch)
  const { store } = daemon.deps
  const files = [...(await daemon.banks.filesOf(branch)).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = files.map(({ name, blob, operation }): BankRow => {
    return { name, sizeBytes: blob.sizeBytes, sha256: blob.id, operation, here: store.has(blob.id) }
  })
  return { branch: branch.name, address: facts.bankAddress() ?? null, files: rows }
}

async function depsOf(daemon: HostDaemon) {
  return { ...daemon.origin(), published: await daemon.banks.filesOf(daemon.branch) }
}
