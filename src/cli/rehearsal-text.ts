/** What a person is told of a rehearsal. */
import { IsconfError } from '../base/index.ts'
import type { RehearsalAnswer, RehearsedOperation } from '../control/index.ts'
import { count } from '../terminal/index.ts'

/** Fails with REHEARSAL_FAILED, which names the operation, if one has failed. */
export function refuseFailing({ host, operations }: RehearsalAnswer): void {
  const failed = operations.find(({ verdict }) => verdict === 'fails')
  if (failed) throw new IsconfError('REHEARSAL_FAILED', `${nameOf(failed)} would fail on ${host}: ${failed.why}`)
}

/** A line for each operation that does not simply pass, and one about all of them. */
export function describeRehearsal({ host, of, operations }: RehearsalAnswer): readonly string[] {
  const odd = operations.filter(({ verdict, why }) => why !== null && verdict !== 'fails')
  const number = (wanted: RehearsedOperation['verdict']): number =>
    operations.filter(({ verdict }) => verdict === wanted).length
  const parts = [
    [number('passes'), 'would pass'],
    [number('fails'), 'would fail'],
    [number('fails again'), 'would fail when done again'],
    [number('not judged'), 'cannot be judged'],
    [number('not reached'), 'not reached'],
  ] as const
  const what = { work: 'of the work', pending: 'to do', command: '' }[of]
  if (operations.length === 0) return [`nothing to rehearse on ${host}`]
  const counts = parts.flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`])).join(', ')
  const head = `rehearsed ${count(operations.length, 'operation')}${what === '' ? '' : ` ${what}`} on ${host}: ${counts}`
  return [...odd.map((one) => `${nameOf(one)}: ${one.why}`), head]
}

function nameOf({ number, name, text }: RehearsedOperation): string {
  return `operation ${name ?? number} (${text})`
}
