/**
 * What is done on this host and does not get into the journal: a command that fails or is interrupted may have changed
 * something. It is noted as a deviation, which names the way on, until a person has set it right.
 */
import { type ErrorCode, IsconfError, isoTime, parseOperationKey, shortened, toIsconfError } from '../base/index.ts'
import { type Deviation, keepOutput, nameOf, unrecordedKey } from '../host/index.ts'
import {
  describeInBrief,
  describeOperation,
  type ExecOperation,
  type Operation,
  type SnapOperation,
} from '../journal/index.ts'
import { type CommandListener, OutputTail } from '../machine/index.ts'
import { afterwards, type OriginDeps } from './work.ts'
import { workOutputRef } from './work-output.ts'

type UnrecordedDeps = Pick<OriginDeps, 'deviations' | 'history' | 'outputs' | 'work' | 'clock' | 'log'>

/** With these failures the command has not begun. */
const notBegun: ReadonlySet<ErrorCode> = new Set(['COMMAND_NOT_RUN', 'COMMAND_LEFT', 'BANK_FOREIGN', 'PACKAGES_BUSY'])
const interrupted = 'it was interrupted'

/**
 * Has `run` do a command and record it, and keeps its output. The mark is written first, because a crash must not leave
 * a host that a command has changed and that does not say so. If `run` fails, the mark stays, with the reason, and the
 * failure says what to do.
 */
export async function attempt<T, L extends CommandListener>(
  deps: UnrecordedDeps,
  operation: ExecOperation,
  listener: L,
  run: (listener: L) => Promise<T>,
): Promise<T> {
  const { deviations, work, clock } = deps
  const key = commandKey(operation)
  const before = deviations.of(key)
  const tail = new OutputTail(Object.values(operation.env))
  const inWork = work.header && workOutputRef(work.header, work.operations.length, operation)
  const mark: Deviation = {
    kind: 'failed',
    operation: key,
    text: shortened(describeOperation(operation), textLengthMax),
    by: work.header?.author ?? '',
    why: before ? `${before.why}; and once more` : interrupted,
    time: isoTime(clock),
  }
  await deviations.begin(mark)
  let result: T
  try {
    result = await run(tail.listening(listener))
  } catch (thrown) {
    const { code, message, exit, hint } = toIsconfError(thrown)
    if (notBegun.has(code)) {
      await deviations.settle(key, before)
      throw thrown
    }
    await keepOutput(deps, parseOperationKey(key), tail.end())
    // Where that can't be written it stays as it was begun.
    await noteFailed(deps, { ...mark, why: code === 'INTERRUPTED' ? interrupted : message }).catch(() => undefined)
    const way = `nothing is recorded, and what it did is on this host alone: undo that, by hand or by another exec, then: isconf done ${nameOf(mark)} -m WHY`
    const isOwn = code === 'COMMAND_FAILED' || code === 'INTERRUPTED'
    throw new IsconfError(code, message, { cause: thrown, exit, hint: isOwn ? way : `${hint}; ${way}` })
  }
  if (inWork) await keepOutput(deps, inWork, tail.end())
  const made = `${describeInBrief(operation)} was run and is recorded: do not run it again; not noted here, until isconf restart`
  await afterwards(made, () => deviations.settle(key, before))
  return result
}

async function noteFailed({ deviations, history }: UnrecordedDeps, mark: Deviation): Promise<void> {
  const { operation, text, by, why } = mark
  await deviations.settle(operation, mark)
  await history.add([{ event: 'unrecorded', operation: parseOperationKey(operation), text, by, why }])
}

/** How much of a command a person needs to recognise it; a script may have a megabyte. */
const textLengthMax = 1_000

/** What to say about a command that is recorded now and failed here before; undefined for any other. */
export function failedBefore(
  { deviations }: Pick<OriginDeps, 'deviations'>,
  operation: ExecOperation,
): string | undefined {
  const before = deviations.of(commandKey(operation))
  if (!before) return undefined
  return `it failed here before (${before.time}: ${before.why}); if nothing of that is left: isconf done ${nameOf(before)} -m WHY`
}

/** After a crash: drops the mark of a command that is in the work, because it has ended well. */
export async function dropRecorded({ deviations, work }: Pick<OriginDeps, 'deviations' | 'work'>): Promise<void> {
  const last = work.operations.at(-1)
  if (last?.type !== 'exec') return
  const mark = deviations.of(commandKey(last))
  if (mark?.why === interrupted) await deviations.removeAll([mark.operation])
}

/**
 * Notes files that are as they are only on this host, because their operations were taken out of the work or never got
 * into it.
 */
export async function noteUndone(
  { deviations, work, clock }: UnrecordedDeps,
  operations: readonly Operation[],
): Promise<void> {
  for (const operation of operations) {
    if (operation.type !== 'snap') continue
    const why = operation.kind === 'removal' ? 'what was removed stays away' : 'what is there stays'
    await deviations.add({
      kind: 'undone',
      operation: pathKey(operation),
      text: describeOperation(operation),
      by: work.header?.author ?? '',
      why: `${why}, on this host alone`,
      time: isoTime(clock),
    })
  }
}

/** The journal will have these paths as they are here: drops the marks that they are so only on this host. */
export async function clearUndone({ deviations }: UnrecordedDeps, operations: readonly Operation[]): Promise<void> {
  await deviations.removeAll(operations.filter((one) => one.type === 'snap').map(pathKey))
}

/** Without the values of variables, which may be secret: other hosts see the key. */
function commandKey({ argv, cwd, env }: ExecOperation): string {
  return unrecordedKey(JSON.stringify({ argv, cwd, env: Object.keys(env) }))
}

function pathKey({ path }: SnapOperation): string {
  return unrecordedKey(`path ${path}`)
}
