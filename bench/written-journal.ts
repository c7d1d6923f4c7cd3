/** Homes with many operations, written by the program's own code, which is quicker than making the changes one by one. */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../src/base/clock.io.ts'
import { systemDisk } from '../src/base/disk.io.ts'
import { type DomainName, isoTime } from '../src/base/index.ts'
import { History, type HistoryEvent, type OperationRef } from '../src/host/index.ts'
import { Journal, type Operation, publicKeyText, type SignedChangeset, signChangeset } from '../src/journal/index.ts'
import { type LabHost, labDomain, until } from '../test/harness/lab.ts'

export interface Shape {
  readonly operations: number
  readonly perChangeset: number
  /** What the operation at a place is; `exec /bin/true` when absent. */
  readonly operationAt?: (place: number) => Operation
}

/** Changesets that are written with one sync. */
const batch = 1_000

/** Writes a journal into the home of a host that does not run. The operations in it, in order. */
export async function writeJournal(
  host: LabHost,
  { operations, perChangeset, operationAt = () => command }: Shape,
): Promise<readonly OperationRef[]> {
  const directory = join(host.home, 'branches/generic')
  mkdirSync(directory, { recursive: true })
  const journal = await Journal.open(systemDisk, join(directory, 'journal'), labDomain as DomainName)
  const sign = signer(operationAt)
  const refs: OperationRef[] = []
  let waiting: SignedChangeset[] = []
  let before = journal.place
  while (refs.length < operations) {
    const signed = sign(before, Math.min(perChangeset, operations - refs.length))
    for (const index of signed.changeset.operations.keys()) refs.push({ id: signed.id, index })
    before = { id: signed.id, sequence: before.sequence + 1, operationsAfter: refs.length }
    waiting.push(signed)
    if (waiting.length < batch && refs.length < operations) continue
    await journal.append(waiting, 'bench')
    waiting = []
  }
  await journal.saveCheckpoint()
  await journal.close()
  return refs
}

/** Writes into a host's history that it has replayed these operations. */
export async function writeReplayed(host: LabHost, refs: readonly OperationRef[]): Promise<void> {
  const history = await History.open(systemDisk, join(host.home, 'conf/history'), systemClock)
  const output = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  for (let from = 0; from < refs.length; from += batch) {
    const events = refs.slice(from, from + batch).flatMap((operation): HistoryEvent[] => [
      { event: 'started', operation },
      { event: 'finished', operation, status: 0, output },
    ])
    await history.add(events)
  }
  await history.close()
}

/** Lets the daemon do what it does once with a journal that it has not seen, and ends it. */
export async function settle(host: LabHost): Promise<void> {
  await host.start()
  await until(
    () => existsSync(join(host.home, 'branches/generic/files-checked')),
    'the journal was looked through',
    300_000,
  )
  await host.stop()
}

const command: Operation = { type: 'exec', argv: ['/bin/true'], cwd: '/tmp', env: {} }

function signer(
  operationAt: (place: number) => Operation,
): (before: Journal['place'], operations: number) => SignedChangeset {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = publicKeyText(privateKey)
  const time = isoTime(systemClock)
  return (before, operations) =>
    signChangeset(
      {
        format: 1,
        domain: labDomain as DomainName,
        branch: 'generic' as SignedChangeset['changeset']['branch'],
        sequence: before.sequence + 1,
        previous: before.id,
        operationsBefore: before.operationsAfter,
        author: 'luke@bench',
        message: 'one of many changes',
        lock: '0'.repeat(32),
        time,
        key,
        operations: Array.from({ length: operations }, (_, index) => operationAt(before.operationsAfter + index)),
      },
      privateKey,
    )
}
