/** `bank add` and `bank remove`: publishes files of this host under their names, for every host of the branch. */
import { posix } from 'node:path'
import { IsconfError, isBankName, Progress } from '../base/index.ts'
import { type BankFile, type BankFiles, bankAfter } from '../branch/index.ts'
import type { BankOperation } from '../journal/index.ts'
import type { FileEntry, Inspection } from '../machine/index.ts'
import { refuseRebooting } from './reboot.ts'
import { type OriginDeps, requireWork } from './work.ts'

export interface BankDeps extends OriginDeps {
  /** What the branch publishes, without the work in progress. */
  readonly published: BankFiles
}

export interface BankAddRequest {
  readonly user: string
  /** The caller's current directory on this machine. */
  readonly cwd: string
  readonly paths: readonly string[]
}

/** Hears what `bank add` does while it does it. */
export type BankListener = (doneBytes: number, totalBytes: number) => void

/** One file that was asked for. */
export interface BankAdded extends Pick<BankFile, 'name' | 'blob'> {
  /** False if it was published already with this content. */
  readonly added: boolean
}

/**
 * Keeps the bytes of the files and notes the operations: all of them, or none if one fails. The failures of {@link
 * requireWork} and of looking and reading, USAGE for a name that is not allowed, and BANK_NAME_TAKEN.
 */
export async function addToBank(
  deps: BankDeps,
  request: BankAddRequest,
  listener: BankListener,
  signal: AbortSignal,
): Promise<readonly BankAdded[]> {
  const { machine, work, store, clock } = deps
  const paths = request.paths.map((path) => machine.journalPath(path, request.cwd))
  const names = paths.map(nameOf)
  for (const path of paths) await machine.refuseSnapshot(path)
  requireWork(deps, request.user)
  await refuseRebooting(deps)
  const found: Found[] = []
  for (const [index, path] of paths.entries()) found.push(await look(deps, path, names[index] ?? ''))
  const totalBytes = found.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
  const progress = new Progress(clock, totalBytes, listener)
  const fileByName = new Map(bankAfter(deps.published, work.operations))
  const added: BankAdded[] = []
  for (const { name, entry, inspection } of found) {
    const before = fileByName.get(name)
    // What is refused is best not read, and kept, first.
    if (before && before.blob.sizeBytes !== entry.sizeBytes) throw nameTaken(before, entry.path)
    const blob = await store.put(progress.count(inspection.read(entry), signal))
    await inspection.confirm()
    if (before && before.blob.id !== blob.id) throw nameTaken(before, entry.path)
    added.push({ name, blob, added: before === undefined })
    fileByName.set(name, { name, blob, operation: '' })
  }
  await work.addAll(added.flatMap((one): BankOperation[] => (one.added ? [operationOf(one)] : [])))
  return added
}

/**
 * Notes that names are no longer published. The failures of {@link requireWork}, and NOT_IN_BANK: then nothing was
 * noted.
 */
export async function removeFromBank(deps: BankDeps, user: string, names: readonly string[]): Promise<void> {
  const { work } = deps
  requireWork(deps, user)
  await refuseRebooting(deps)
  const published = bankAfter(deps.published, work.operations)
  const once = [...new Set(names)]
  for (const name of once) if (!published.has(name)) throw notInBank(name, deps.branch.name)
  await work.addAll(once.map((name): BankOperation => ({ type: 'bank', kind: 'removal', name })))
}

export function notInBank(name: string, branch: string): IsconfError {
  return new IsconfError('NOT_IN_BANK', `the package bank of branch ${branch} has no file ${JSON.stringify(name)}`)
}

interface Found {
  readonly name: string
  readonly entry: FileEntry
  readonly inspection: Inspection
}

function nameOf(path: string): string {
  const name = posix.basename(path)
  if (isBankName(name)) return name
  throw new IsconfError('USAGE', `not a name for the package bank: ${JSON.stringify(name)}`, {
    hint: 'a name consists of ASCII letters, digits and . _ ~ + @ , = : -, begins with a letter, a digit or _, and has at most 200 characters',
  })
}

async function look({ machine }: OriginDeps, path: string, name: string): Promise<Found> {
  const inspection = await machine.inspect(path)
  const entry = inspection.entries.at(-1)
  if (entry?.kind === 'file') return { name, entry, inspection }
  const what = entry?.kind === 'directory' ? 'directory' : 'symbolic link'
  throw new IsconfError('NOT_A_FILE', `${path} is a ${what}`, { hint: 'the package bank takes regular files' })
}

function nameTaken({ name, blob, operation }: BankFile, path: string): IsconfError {
  const where = operation === '' ? 'in the work that is not checked in' : `by ${operation}`
  return new IsconfError(
    'BANK_NAME_TAKEN',
    `${path}: ${name} was published with other content ${where}: ${blob.sizeBytes} bytes, sha256 ${blob.id}`,
  )
}

function operationOf({ name, blob }: BankAdded): BankOperation {
  return { type: 'bank', kind: 'file', name, blob }
}
