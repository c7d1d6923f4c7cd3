/** The configuration manager: reads hosts.conf, sets up make's surroundings, and runs make in the stamp directory. */
import { readlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemDisk } from '../../base/disk.io.ts'
import { IsconfError } from '../../base/index.ts'
import { count } from '../../terminal/index.ts'
import { takeLock } from '../lock.io.ts'
import { goalsOf } from '../make/goals.ts'
import { type MakeCall, readDatabase } from '../make/make.io.ts'
import { hostOf, type ManagedHost, makeCallOf, managedHost } from '../make/managed-host.io.ts'
import { Interruption, type MakeEnd, runMake } from '../make/process.io.ts'
import { oldFileFlags, stepsFor } from '../make/steps.ts'
import { shAssignments } from '../make/words.ts'
import type { ProgramContext } from '../verb.ts'
import { oldLogs, openRunLog, type RunLog, removeLogs } from './run-log.io.ts'
import { pruneRuns, readRuns, recordRun } from './runs.io.ts'
import { type RunEnd, type RunStart, runId } from './runs.ts'
import { type ReadyStamps, readyStamps, settleLone } from './stamp-run.io.ts'
import { makeStampDirectories, stampExists, stampsIn } from './stamps.io.ts'

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
  const targets = goalsOf(asked.words, managed.host.variables, database)
  if (targets.length === 0) {
    say(`nothing to do: ${asked.words.join(', ')} holds no target`)
    return 0
  }
  if (asked.trace) {
    for (const [name, { value, place }] of managed.variables) context.terminal.err(`${name}=${value} (${place})\n`)
  }
  await writeEnvironment(layout.environment, managed)
  const stamps = await readyStamps(layout.stamps, database, targets, Date.now())
  if (stamps.plan.outdated.length > 0)
    say(`to be done again, because what they need is: ${stamps.plan.outdated.join(', ')}`)
  // Steps of pattern rules have no rule of their own name.
  makeStampDirectories(layout.stamps, new Set([...database.rules.keys(), ...stepsFor(database, targets)]))
  const old = oldFileFlags(database, targets, (name) => stampExists(layout.stamps, name))
  const flags = asked.trace ? ['--trace', ...old] : old
  return recorded(context, asked, managed, targets, stamps, (log) =>
    makePasses({ call, targets, flags, stamps, log, lock: layout.lock, interruption }),
  )
}

async function writeEnvironment(path: string, { variables }: ManagedHost): Promise<void> {
  await systemDisk.makeDirectory(dirname(path))
  // Values may be secrets of the site: for the owner only, as everything below ISCONFDIR.
  await systemDisk.replaceFile(path, shAssignments(variables))
}

interface Passes {
  readonly call: MakeCall
  readonly targets: readonly string[]
  readonly flags: readonly string[]
  readonly stamps: ReadyStamps
  readonly log: RunLog
  readonly lock: string
  readonly interruption: Interruption
}

/** First what is to be done again alone, so that nothing that needs it follows; then what was asked for. */
async function makePasses({ call, targets, flags, stamps, log, lock, interruption }: Passes): Promise<MakeEnd> {
  const { lone } = stamps.plan
  if (lone.length > 0) {
    const end = await runMake(call, [...flags, ...lone], lock, log, interruption)
    if (end.status !== 0) return end
    await settleLone(call.cwd, stamps, Date.now())
  }
  return runMake(call, [...flags, ...targets], lock, log, interruption)
}

/** Does it between the two lines of the record, with a log; the exit status. */
async function recorded(
  context: ProgramContext,
  { words }: RunWords,
  { host }: ManagedHost,
  targets: readonly string[],
  { plan }: ReadyStamps,
  work: (log: RunLog) => Promise<MakeEnd>,
): Promise<number> {
  const { layout, settings, release, terminal, say } = context
  const at = new Date().toISOString()
  const runs = await readRuns(layout.runs)
  const id = runId(at, words, (name) => runs.some(({ start }) => start.id === name))
  const head = `hostkeeper ${release}, ${at}: ${[...words, '->', ...targets].join(' ')}\n`
  const log = openRunLog(layout.logs, id, head, terminal, say)
  try {
    const tree = treeOf(layout.tree)
    const { entry } = host
    const begun: RunStart = {
      event: 'start',
      id,
      at,
      words: [...words],
      targets: [...targets],
      entry,
      tree,
      release,
      log: log.path,
    }
    await recordRun(layout.runs, begun)
    const end = await work(log)
    const before = new Set(plan.kept)
    const made = stampsIn(layout.stamps).flatMap(({ name }) => (before.has(name) ? [] : [name]))
    await recordRun(layout.runs, { event: 'end', id, at: new Date().toISOString(), ...outcomeOf(end), made })
    await pruneRuns(layout.runs, settings.logsKept)
    // By a clock that was ahead, older logs can have later names.
    removeLogs(oldLogs(layout.logs, settings.logsKept).filter((path) => path !== log.path))
    return told(end, made, log, say)
  } finally {
    log.close()
  }
}

function outcomeOf({ status, signal }: MakeEnd): Pick<RunEnd, 'outcome' | 'status' | 'signal'> {
  return { outcome: signal !== null ? 'interrupted' : status === 0 ? 'done' : 'failed', status, signal }
}

function told({ status, signal }: MakeEnd, made: readonly string[], log: RunLog, say: (text: string) => void): number {
  if (status === 0) {
    say(`done, with ${count(made.length, 'new stamp')}${made.length === 0 ? '' : `: ${made.join(', ')}`}`)
    return 0
  }
  const hint = `what is done stays done; run it again when the cause is mended; the log is ${log.path}`
  if (signal !== null) throw new IsconfError('INTERRUPTED', `make was ended by ${signal}`, { hint })
  throw new IsconfError('COMMAND_FAILED', `make failed with status ${status}`, { exit: status ?? 2, hint })
}

/** The name of the fetched tree; the path of one that somebody made. */
export function treeOf(tree: string): string {
  try {
    return basename(readlinkSync(tree))
  } catch {
    return join(tree)
  }
}
