/** What `up --dry-run` prints, and what it says when `up` would stop. */
import { type ErrorCode, errorKinds, IsconfError, inOneLine } from '../base/index.ts'
import type { PlanAnswer } from '../control/index.ts'
import { count } from '../terminal/index.ts'

type Planned = PlanAnswer['operations'][number]
type Obstacle = NonNullable<PlanAnswer['obstacles']>[number]
type Stop = NonNullable<PlanAnswer['stop']>

/** Each operation, each obstacle, how much would be done, and why no more. */
export function describePlan(plan: PlanAnswer): string {
  const { total, position, operations, obstacles = [], asides = [], stop } = plan
  const done = doneOf(plan)
  const left = total - position - operations.length
  return [
    ...operations.map((operation) => describeOperation(operation, total)),
    ...asides.map(inOneLine),
    ...obstacles.map(describeObstacle),
    summary(plan, done),
    ...(stop && done.length === operations.length ? [describeStop(stop, left)] : []),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

/** The operations before the first one that would be stopped. */
function doneOf({ operations, obstacles = [] }: PlanAnswer): readonly Planned[] {
  const first = obstacles.find(({ certain }) => certain)
  const end = operations.findIndex(({ name }) => name === first?.stopsBefore)
  return end < 0 ? operations : operations.slice(0, end)
}

function describeOperation({ name, text, number, sizeBytes, here, void: isVoid }: Planned, total: number): string {
  if (isVoid) return `${number}/${total} ${name} ${text} (void, to be passed over)`
  const file = sizeBytes === null ? '' : ` (${sizeBytes} bytes, ${here ? 'here' : 'to be fetched'})`
  return `${number}/${total} ${name} ${inOneLine(text)}${file}`
}

function describeObstacle({ operation, reason, stopsBefore, certain }: Obstacle): string {
  const where = stopsBefore === operation ? '' : `; nothing from ${stopsBefore} on, which belongs to it, would be done`
  const text = `${inOneLine(reason)}${where}`
  return certain
    ? `would stop at ${operation}: ${text}`
    : `may stop at ${operation}, unless what comes before changes that: ${text}`
}

/** "Nothing to do" only where nothing is left, here or elsewhere. */
function summary(plan: PlanAnswer, done: readonly Planned[]): string {
  const { branch, position, total, operations, unfetched = [] } = plan
  const toFetch = done.filter(({ here }) => here === false)
  const bytes = toFetch.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
  const fetched = toFetch.length === 0 ? '' : `, ${bytes} bytes to be fetched`
  const toDo = done.filter((one) => !one.void).length
  const what =
    operations.length === 0 && position === total && unfetched.length === 0 && plan.stop === null
      ? 'nothing to do'
      : `would do ${count(toDo, 'operation')}${fetched}`
  return `${what}; this host has done ${count(position, 'operation')} of branch ${branch}`
}

function describeStop({ reason, operation }: Stop, left: number): string {
  const rest = `${count(left, 'operation')} would be left`
  switch (reason) {
    case 'reboot':
      return `would reboot at ${operation}; ${rest}`
    case 'reboot-needed':
      return `would fail at ${operation}, a reboot: -r is needed; ${rest}`
    case 'split':
      return `would fail${operation === null ? '' : ` before ${operation}`}: the branch is split; ${rest}`
    case 'unknown':
      return `would fail before ${operation}, which only a later release of isconf can do; ${rest}`
    case 'limit':
      return `would stop before ${operation}; ${rest}`
  }
}

const codeByReason: Partial<Record<Stop['reason'], ErrorCode>> = {
  'reboot-needed': 'REBOOT_NEEDED',
  split: 'SPLIT',
  unknown: 'OPERATION_UNKNOWN',
}

/** WOULD_STOP, with what can be done about it. */
export function refuseStopping({ obstacles = [], stop }: PlanAnswer): void {
  const first = obstacles.find(({ certain }) => certain)
  if (first) throw wouldStop(`at ${first.operation}: ${first.reason}`, 'WOULD_STOP', first.operation)
  const code = stop ? codeByReason[stop.reason] : undefined
  if (!stop || code === undefined) return
  throw wouldStop(stop.operation === null ? 'because of a split' : `before ${stop.operation}`, code, stop.operation)
}

function wouldStop(where: string, cause: ErrorCode, operation: string | null): IsconfError {
  const { hint: forAny } = errorKinds[cause]
  const hint = operation === null ? forAny : forAny.replaceAll('OPERATION', operation)
  return new IsconfError('WOULD_STOP', `isconf up would stop ${where}`, { hint })
}
