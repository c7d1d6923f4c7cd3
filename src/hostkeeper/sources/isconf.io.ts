/** A tree that was snapped on a branch, by way of this host's daemon. */
import { chmodSync, closeSync, existsSync, futimesSync, mkdirSync, openSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoText, IsconfError, toIsconfError } from '../../base/index.ts'
import type { BlobBody, Client, TreeAnswer, TreeBody, TreeEntry } from '../../control/index.ts'
import { treeBytesMax, treeEntriesMax } from '../tree/index.ts'
import { type IsconfAddress, isconfAddress } from './address.ts'
import { outputTo, receive, withDaemon } from './daemon.io.ts'
import { failed, type Source } from './source.ts'

/** The branch is asked as it is known to the domain now; how far this host has come plays no part. */
export const isconfSource: Source = async (address, into, context) => {
  const tree = isconfAddress(address)
  try {
    await withDaemon(context, (client) => bring(client, tree, into, context.signal))
  } catch (thrown) {
    context.signal.throwIfAborted()
    throw unavailable(address, thrown)
  }
}

async function bring(
  client: Client,
  { path, branch }: IsconfAddress,
  into: string,
  signal: AbortSignal,
): Promise<void> {
  // The host may go to another branch meanwhile.
  const { entries, branch: pinned } = await entriesOf(client, { path, branch })
  const place = ({ path: one }: TreeEntry): string => join(into, one.slice(path.length))
  const directories = entries.filter(({ kind }) => kind === 'directory')
  for (const entry of directories) mkdirSync(place(entry), { recursive: true })
  for (const entry of entries) {
    signal.throwIfAborted()
    if (entry.kind === 'file') await bringFile(client, entry, pinned, place(entry))
  }
  // After the files, so that none is ever written through a link.
  for (const entry of entries) {
    if (entry.kind !== 'symlink') continue
    if (existsSync(place(entry))) throw failed(`${entry.path} is a link, but something was recorded below it`)
    mkdirSync(dirname(place(entry)), { recursive: true })
    symlinkSync(entry.target, place(entry))
  }
  // From the bottom up: one may be closed to us after this.
  for (const entry of directories.reverse()) {
    if (entry.kind === 'directory') chmodSync(place(entry), entry.mode & permissions)
  }
}

/** Who owned it there does not own it here, and must not lend it their rights. */
const permissions = 0o777

/** What the branch has at the path and below it, each after the directory that it is in. */
async function entriesOf(client: Client, body: TreeBody): Promise<{ entries: readonly TreeEntry[]; branch: string }> {
  const chunks: Buffer[] = []
  const { entries: count, branch } = (await client.post(
    '/v1/tree',
    body,
    outputTo((bytes) => chunks.push(bytes)),
  )) as TreeAnswer
  if (count > treeEntriesMax) throw failed(`it has ${count} entries, more than ${treeEntriesMax}`)
  const lines = Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1)
  const entries = lines.map((line) => JSON.parse(line) as TreeEntry)
  const top = entries.find(({ path }) => path === body.path)
  if (top && top.kind !== 'directory') {
    throw failed(`${top.path} is a ${top.kind === 'file' ? 'file' : 'symbolic link'}, not a tree`)
  }
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.sizeBytes : 0), 0)
  if (bytes > treeBytesMax) throw failed(`it has ${bytes} bytes, more than ${treeBytesMax}`)
  return { entries, branch }
}

type FileEntry = Extract<TreeEntry, { kind: 'file' }>

async function bringFile(client: Client, entry: FileEntry, branch: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true })
  const file = openSync(to, 'wx', entry.mode & permissions)
  try {
    const body: BlobBody = { operation: entry.operation, branch }
    const { sha256 } = await receive(client, '/v1/blob', body, file)
    if (sha256 !== entry.sha256) throw failed(`${entry.path} arrived with the wrong content`)
    const seconds = entry.mtimeMs / 1_000
    futimesSync(file, seconds, seconds)
  } finally {
    closeSync(file)
  }
  // The mask of this process has no say.
  chmodSync(to, entry.mode & permissions)
}

/** Whatever the daemon or the disk says: for who waits for a tree it means that there is none today. */
function unavailable(address: string, thrown: unknown): unknown {
  if (thrown instanceof Error && 'syscall' in thrown) return failed(`${address}: ${errnoText(thrown)}`)
  const error = toIsconfError(thrown)
  if (error.code === 'UNEXPECTED' || error.code === 'INTERRUPTED') return thrown
  const hint = error.code === 'SOURCE_FAILED' ? {} : { hint: error.hint }
  return new IsconfError('SOURCE_FAILED', `${address}: ${error.message}`, { cause: thrown, ...hint })
}
