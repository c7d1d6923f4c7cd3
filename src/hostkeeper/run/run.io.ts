/** The configuration manager: reads hosts.conf, sets up make's surroundings, and runs make in the stamp directory. */
import { dirname } from 'node:path'
import { systemDisk } from '../../base/disk.io.ts'
import { IsconfError } from '../../base/index.ts'
import { takeLock } from '../lock.io.ts'
import { unbelievable } from '../make/believable.ts'
import { goalsOf } from '../make/goals.ts'
import { readDatabase } from '../make/make.io.ts'
import { hostOf, type ManagedHost, makeCallOf, managedHost } from '../make/managed-host.io.ts'
import { Interruption } from '../make/process.io.ts'
import { madeWith, oldFileFlags, stepsFor } from '../make/steps.ts'
import { shAssignments } from '../make/words.ts'
import type { ProgramContext } from '../verb.ts'
import { settleLeftRun } from './progress.io.ts'
import { recordedRun } from './recorded-run.io.ts'
import { readyStamps } from './stamp-run.io.ts'
import { makeStampDirectories, stampExists } from './stamps.io.ts'

/** What was asked for. */
export interface RunWords {
  readonly words: readonly string[]
  /** Whether make is to say why it does what it does. */
  readonly trace: boolean
}

/** Runs make for this host; the exit status. BUSY, and COMMAND_FAILED with make's status. */
export async function runActions(context: ProgramContext, asked: RunWords): Promise<number> {
  if (saidExcluded(context)) return 0
  const { layout, onInterrupt } = context
  const interruption = new Interruption(onInterrupt)
  const release = await takeLock(layout.lock, `hostkeeper run ${asked.words.join(' ')}`.trimEnd())
  try {
    return await lockedRun(context, asked, interruption)
  } finally {
    await release()
  }
}

/** Whether the host is out of management, which is then said. */
export function saidExcluded(context: ProgramContext): boolean {
  const { excluded, variables } = hostOf(context)
  if (excluded) {
    const { place } = variables.get('PACKAGES') ?? { place: 'hosts.conf' }
    context.say(`this host is excluded from configuration management: PACKAGES=exclude, says ${place}`)
  }
  return excluded
}

async function lockedRun(context: ProgramContext, asked: RunWords, interruption: Interruption): Promise<number> {
  const { layout, say } = context
  await systemDisk.makeDirectory(layout.stamps)
  // Read again, now that nobody can switch to another tree.
  if (saidExcluded(context)) return 0
  const managed = managedHost(context, layout.stamps)
  const call = makeCallOf(context, managed, layout.stamps)
  const database = readDatabase(call)
  const [problem] = unbelievable(database)
  if (problem !== undefined) throw new IsconfError('CONFIG', `${managed.packages}: ${problem}`)
  const targets = goalsOf(asked.words, managed.host.variables, database)
  if (targets.length === 0) {
    say(`nothing to do: ${asked.words.join(', ')} holds no target`)
    return 0
  }
  if (asked.trace) {
    for (const [name, { value, place }] of managed.variables) context.terminal.err(`${name}=${value} (${place})\n`)
  }
  await writeEnvironment(layout.environment, managed)
  const also = madeWith(database)
  const again = await settleLeftRun(layout.stamps, also)
  if (again.length > 0)
    say(
      `the last run has no end, so nobody can know whether these steps are done; they are done again: ${again.join(', ')}`,
    )
  const stamps = await readyStamps(layout.stamps, database, targets, Date.now())
  if (stamps.plan.outdated.length > 0)
    say(`to be done again, because what they need is: ${stamps.plan.outdated.join(', ')}`)
  // Steps of pattern rules have no rule of their own name.
  makeStampDirectories(layout.stamps, new Set([...database.rules.keys(), ...stepsFor(database, targets)]))
  const old = oldFileFlags(database, targets, (name) => stampExists(layout.stamps, name))
  const flags = asked.trace ? ['--trace', ...old] : old
  const work = { call, targets, flags, stamps, also, lock: layout.lock, interruption }
  return recordedRun(context, { asked, entry: managed.host.entry, ...work })
}

async function writeEnvironment(path: string, { variables }: ManagedHost): Promise<void> {
  await systemDisk.makeDirectory(dirname(path))
  // Values may be secrets of the site: for the owner only, as everything below ISCONFDIR.
  await systemDisk.replaceFile(path, shAssignments(variables))
}
