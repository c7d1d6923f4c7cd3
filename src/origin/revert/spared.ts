/** A removal takes a directory with everything in it. This spares what the changeset did not put there. */
import { posix } from 'node:path'
import type { Operation, RemovalOperation } from '../../journal/index.ts'
import type { Machine } from '../../machine/index.ts'
import type { Reversal } from './plan.ts'

/** How many files that are not of the changeset are named for a directory. */
const namedMax = 3

/** The reversal, with removals only of what the changeset recorded: the paths in `recorded`. */
export async function sparingOthers(
  machine: Machine,
  reversal: Reversal,
  recorded: ReadonlySet<string>,
): Promise<Reversal> {
  const operations: Operation[] = []
  const obstacles = [...reversal.obstacles]
  const remarks = [...reversal.remarks]
  const restored = new Set(reversal.operations.flatMap((one) => (isInstall(one) ? [one.path] : [])))
  for (const operation of reversal.operations) {
    if (operation.type !== 'snap' || operation.kind !== 'removal') {
      operations.push(operation)
      continue
    }
    const { path } = operation
    const { removable, strangers } = await lookInto(machine, path, recorded)
    operations.push(...removable.map((one): RemovalOperation => ({ type: 'snap', kind: 'removal', path: one })))
    if (strangers.length === 0) continue
    const names = `${strangers.slice(0, namedMax).join(', ')}${strangers.length > namedMax ? ' and others' : ''}`
    // What is to come back there needs the whole place.
    if (restored.has(path)) obstacles.push(`${path} holds ${names}, which that changeset did not record`)
    else remarks.push(`${path} stays: it holds ${names}, which that changeset did not record`)
  }
  return { operations, obstacles, remarks }
}

interface Contents {
  /** The paths whose removal removes everything that is recorded and nothing else. */
  readonly removable: readonly string[]
  readonly strangers: readonly string[]
}

async function lookInto(machine: Machine, path: string, recorded: ReadonlySet<string>): Promise<Contents> {
  const found = await machine.stateOf(path)
  // What is gone here may be there on another host.
  if (found?.kind !== 'directory') return { removable: [path], strangers: [] }
  const removable: string[] = []
  const strangers: string[] = []
  for (const name of found.names) {
    const child = posix.join(path, name)
    const contents = recorded.has(child) ? await lookInto(machine, child, recorded) : undefined
    removable.push(...(contents?.removable ?? []))
    strangers.push(...(contents ? contents.strangers : [child]))
  }
  return strangers.length === 0 ? { removable: [path], strangers } : { removable: removable.sort(), strangers }
}

function isInstall(operation: Operation): operation is Extract<Operation, { type: 'snap' }> {
  return operation.type === 'snap' && operation.kind !== 'removal'
}
