/** The configuration manager: reads hosts.conf, sets up make's surroundings, and runs make in the stamp directory. */
import { dirname } from 'node:path'
import { refuseForeignBank } from '../../base/bank-listener.io.ts'
import { diskAtOnce } from '../../base/disk.io.ts'
import { IsconfError, inOneLine, toIsconfError } from '../../base/index.ts'
import { recordBoot, waitForName } from '../boot/index.ts'
import {
  beginsNothing,
  goalsOf,
  hostOf,
  type MakeDatabase,
  type ManagedHost,
  madeWith,
  managedHost,
  oldFileFlags,
  readsTheSameAgain,
  shAssignments,
  stepsFor,
  unbelievable,
} from '../make/index.ts'
import { type ProgramContext, takeLock } from '../program/index.ts'
import { Interruption } from './process.io.ts'
import { settleLeftRun } from './progress.io.ts'
import { type Attempt, type RunWords, recordedRun, recordIdleRun } from './recorded-run.io.ts'
import type { StampPlan } from './stamp-plan.ts'
import { plannedStamps, readyStamps, settleIdle } from './stamp-run.io.ts'
import { makeStampDirectories, stampExists } from './stamps.io.ts'

/** Runs make for this host; the exit status. BUSY, and COMMAND_FAILED with make's status. */
export async function runActions(context: ProgramContext, asked: RunWords): Promise<number> {
  const attempt: Attempt = { isBoot: asked.words.includes('BOOT'), level: 'right', step: null, log: null }
  try {
    const status = await attempted(context, asked, attempt)
    const { isBoot, level, log } = attempt
    if (isBoot) recordBoot(context, { level, why: null, step: null, log })
    return status
  } catch (error) {
    const { isBoot, step, log } = attempt
    const { code, message } = toIsconfError(error)
    // Whoever has the lock has their own word to say.
    if (isBoot && code !== 'BUSY') recordBoot(context, { level: 'failed', why: message, step, log })
    throw error
  }
}

async function attempted(context: ProgramContext, asked: RunWords, attempt: Attempt): Promise<number> {
  if (asked.wait) await waitForName(context)
  if (saidExcluded(context)) {
    attempt.level = 'excluded'
    return 0
  }
  const { layout, onInterrupt } = context
  const interruption = new Interruption(onInterrupt)
  const release = await takeLock(layout.lock, `hostkeeper run ${asked.words.join(' ')}`.trimEnd())
  try {
    return await lockedRun(context, asked, interruption, attempt)
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

async function lockedRun(
  context: ProgramContext,
  asked: RunWords,
  interruption: Interruption,
  attempt: Attempt,
): Promise<number> {
  const { layout, say } = context
  await diskAtOnce.makeDirectory(layout.stamps)
  // Read again, now that nobody can switch to another tree.
  if (saidExcluded(context)) return 0
  const managed = managedHost(context, layout.stamps, true)
  const { call, database } = managed
  const [problem] = unbelievable(database)
  if (problem !== undefined) throw new IsconfError('CONFIG', `${layout.tree}/packages.conf: ${problem}`)
  refuseForeignBank([...managed.variables.values()].map(({ value }) => value))
  const targets = goalsOf(asked.words, managed.host.variables, database)
  attempt.isBoot ||= includesBoot(targets, managed, database)
  if (targets.length === 0) {
    say(`nothing to do: ${asked.words.join(', ')} holds no target`)
    return 0
  }
  if (asked.trace) {
    for (const [name, { value, place }] of managed.variables)
      context.terminal.err(`${inOneLine(`${name}=${value} (${place})`)}\n`)
  }
  await writeEnvironment(layout.environment, managed)
  const also = madeWith(database)
  const again = await settleLeftRun(layout.stamps, also)
  if (again.length > 0)
    say(
      `the last run has no end, so nobody can know whether these steps are done; they are done again: ${again.join(', ')}`,
    )
  const exists = (name: string): boolean => stampExists(layout.stamps, name)
  const stamps = plannedStamps(layout.stamps, database, targets)
  // Make has read its files before those stamps were taken away, and may have looked at them.
  if (!asked.trace && again.length === 0 && isIdle(stamps, managed, targets, exists)) {
    await settleIdle(layout.stamps, Date.now())
    return recordIdleRun(context, attempt, { asked, entry: managed.host.entry, targets })
  }
  await readyStamps(layout.stamps, stamps, Date.now())
  if (stamps.outdated.length > 0) say(`to be done again, because what they need is: ${stamps.outdated.join(', ')}`)
  // Steps of pattern rules have no rule of their own name.
  makeStampDirectories(layout.stamps, new Set([...database.rules.keys(), ...stepsFor(database, targets)]))
  const old = oldFileFlags(database, targets, exists)
  const flags = asked.trace ? ['--trace', ...old] : old
  const work = { call, targets, flags, stamps, also, lock: layout.lock, interruption }
  return recordedRun(context, attempt, { asked, entry: managed.host.entry, ...work })
}

/** Whether nothing is to be done for these targets, as make would find as well. */
function isIdle(
  plan: StampPlan,
  managed: ManagedHost,
  goals: readonly string[],
  exists: (name: string) => boolean,
): boolean {
  const { outdated, lone, kept } = plan
  if (outdated.length > 0 || lone.length > 0) return false
  return beginsNothing({ database: managed.database, goals, kept, exists }) && readsTheSameAgain(managed)
}

/** Whether these targets are all that a boot comes to. */
function includesBoot(targets: readonly string[], { host }: ManagedHost, database: MakeDatabase): boolean {
  try {
    const boot = goalsOf(['BOOT'], host.variables, database)
    return boot.length > 0 && boot.every((target) => targets.includes(target))
  } catch (error) {
    // A mistake in BOOT alone does not concern this run.
    if (error instanceof IsconfError) return false
    throw error
  }
}

async function writeEnvironment(path: string, { variables }: ManagedHost): Promise<void> {
  const text = shAssignments(variables)
  const before = await diskAtOnce.readFile(path)
  if (before !== undefined && Buffer.from(text).equals(before)) return
  await diskAtOnce.makeDirectory(dirname(path))
  // Values may be secrets of the site: for the owner only, as everything below ISCONFDIR.
  await diskAtOnce.replaceFile(path, text)
}
