/** Runs make between the two lines of the record, with a log. */
import { IsconfError } from '../../base/index.ts'
import { count } from '../../terminal/index.ts'
import type { MakeCall } from '../make/index.ts'
import type { ProgramContext } from '../program/index.ts'
import { treeOf } from '../tree/index.ts'
import { type Interruption, type MakeEnd, runMake } from './process.io.ts'
import { type Also, RunProgress } from './progress.io.ts'
import { oldLogs, openRunLog, type RunLog, removeLogs } from './run-log.io.ts'
import { pruneRuns, recordedNames, recordRun } from './runs.io.ts'
import { type RunEnd, type RunStart, runId } from './runs.ts'
import type { StampPlan } from './stamp-plan.ts'
import { settleLone } from './stamp-run.io.ts'
import { removeTargets, stampsIn } from './stamps.io.ts'
import { StepWatch } from './step-watch.io.ts'

/** What was asked for. */
export interface RunWords {
  readonly words: readonly string[]
  /** Whether make is to say why it does what it does. */
  readonly trace: boolean
  /** Whether to wait for what a host may not know yet at boot. */
  readonly wait?: boolean
}

/** What is known of a run, for the record of what came of it. */
export interface Attempt {
  /** Whether it does all that a boot does, so that its end tells whether the host is right. */
  isBoot: boolean
  level: 'right' | 'excluded'
  step: string | null
  log: string | null
}

/** What a run is to do. */
export interface AskedRun {
  readonly asked: RunWords
  /** The entry of hosts.conf. */
  readonly entry: string
  readonly targets: readonly string[]
}

/** A run for which all is ready. */
export interface ReadyRun extends AskedRun {
  readonly call: MakeCall
  readonly flags: readonly string[]
  readonly stamps: StampPlan
  readonly also: Also
  readonly lock: string
  readonly interruption: Interruption
}

/**
 * The exit status. The order is what makes stamps believable: what the steps did is on disk, then the end is recorded, then
 * the progress, which says that there is none, goes.
 */
export async function recordedRun(context: ProgramContext, attempt: Attempt, run: ReadyRun): Promise<number> {
  const { layout, settings, say } = context
  const { log, id } = await beginRecord(context, run)
  attempt.log = log.path
  const progress = await RunProgress.begin(layout.stamps)
  try {
    const watch = new StepWatch(progress, log, run.interruption, settings.stepTimeoutS)
    const end = await makePasses(run, log, progress, watch)
    watch.noteTimes()
    await watch.settled()
    const step = end.status === 0 ? null : (watch.step ?? null)
    attempt.step = step
    if (step !== null) removeTargets(layout.stamps, leftOf(step, run))
    await progress.keep()
    const before = new Set(run.stamps.kept)
    const made = stampsIn(layout.stamps).flatMap(({ name }) => (before.has(name) ? [] : [name]))
    const at = new Date().toISOString()
    await recordRun(layout.runs, { event: 'end', id, at, ...outcomeOf(end), step, made })
    await progress.forget()
    await removeOld(context, log)
    return told(end, step, made, log, say)
  } finally {
    progress.close()
    log.close()
  }
}

/** What is recorded of a run in which make has nothing to do, and so is not started; the exit status. */
export async function recordIdleRun(context: ProgramContext, attempt: Attempt, run: AskedRun): Promise<number> {
  const { layout, say } = context
  const { log, id, begun } = await startOf(context, run)
  attempt.log = log.path
  try {
    log.note('every step has its stamp, so make is not started\n')
    const end: RunEnd = { event: 'end', id, at: begun.at, ...outcomeOf(doneWell), step: null, made: [] }
    await recordRun(layout.runs, begun, end)
    await removeOld(context, log)
    return told(doneWell, null, [], log, say)
  } finally {
    log.close()
  }
}

const doneWell: MakeEnd = { status: 0, signal: null, limit: undefined }

async function removeOld({ layout, settings }: ProgramContext, log: RunLog): Promise<void> {
  await pruneRuns(layout.runs, settings.logsKept)
  // By a clock that was ahead, older logs can have later names.
  removeLogs(oldLogs(layout.logs, settings.logsKept).filter((path) => path !== log.path))
}

interface BegunRun {
  readonly log: RunLog
  readonly id: string
  readonly begun: RunStart
}

async function beginRecord(context: ProgramContext, run: AskedRun): Promise<BegunRun> {
  const start = await startOf(context, run)
  await recordRun(context.layout.runs, start.begun)
  return start
}

/** The log, and the line of the record, which is not written yet. */
async function startOf(context: ProgramContext, { asked: { words }, targets, entry }: AskedRun): Promise<BegunRun> {
  const { layout, release, terminal, say } = context
  const at = new Date().toISOString()
  const id = runId(at, words, await recordedNames(layout.runs))
  const head = `hostkeeper ${release}, ${at}: ${[...words, '->', ...targets].join(' ')}\n`
  const log = openRunLog(layout.logs, id, head, terminal, say)
  const begun: RunStart = {
    event: 'start',
    id,
    at,
    words: [...words],
    targets: [...targets],
    entry,
    tree: treeOf(layout.tree) ?? layout.tree,
    release,
    log: log.path,
  }
  return { log, id, begun }
}

/** First what is to be done again alone, so that nothing that needs it follows; then what was asked for. */
async function makePasses(run: ReadyRun, log: RunLog, progress: RunProgress, watch: StepWatch): Promise<MakeEnd> {
  const { call, targets, flags, stamps, lock, interruption } = run
  const pass = (goals: readonly string[]): Promise<MakeEnd> =>
    runMake({ call, words: [...flags, ...goals], lock, log, interruption, look: () => watch.look() })
  if (stamps.lone.length > 0) {
    const end = await pass(stamps.lone)
    if (end.status !== 0) return end
    await watch.settled()
    // The touch takes from stamps what tells that they are new.
    await progress.keep(progress.begun.length)
    await settleLone(call.cwd, stamps.loneLeft, Date.now())
  }
  return pass(targets)
}

/** What the step under way has left: it is not done, whatever is there under its name. */
function leftOf(step: string, { stamps, also }: ReadyRun): readonly string[] {
  return [step, ...also(step)].filter((name) => !stamps.kept.includes(name))
}

function outcomeOf({ status, signal, limit }: MakeEnd): Pick<RunEnd, 'outcome' | 'status' | 'signal'> {
  const outcome = status === 0 ? 'done' : signal !== null && limit === undefined ? 'interrupted' : 'failed'
  return { outcome, status, signal }
}

function told(
  { status, signal, limit }: MakeEnd,
  step: string | null,
  made: readonly string[],
  log: RunLog,
  say: (text: string) => void,
): number {
  if (status === 0) {
    say(`done, with ${count(made.length, 'new stamp')}${made.length === 0 ? '' : `: ${made.join(', ')}`}`)
    return 0
  }
  const hint = `what is done stays done; run it again when the cause is mended; the log is ${log.path}`
  if (limit !== undefined) throw new IsconfError('COMMAND_FAILED', limit, { exit: 2, hint })
  const where = step === null ? '' : ` at ${step}`
  if (signal !== null) throw new IsconfError('INTERRUPTED', `make was ended by ${signal}${where}`, { hint })
  throw new IsconfError('COMMAND_FAILED', `make failed${where} with status ${status}`, { exit: status ?? 2, hint })
}
