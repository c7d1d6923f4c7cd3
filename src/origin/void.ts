/** `void`: records that an operation of the journal is no longer to be done by hosts that have not done it yet. */
import { IsconfError, operationName, parseOperationKey } from '../base/index.ts'
import { operationAt, type Voided, voidsIn } from '../branch/index.ts'
import { noteVoid, toKey } from '../host/index.ts'
import { describeOperation, findOperation, type SignedChangeset, type VoidOperation } from '../journal/index.ts'
import { refuseRebooting } from './reboot.ts'
import { type OriginDeps, requireWork } from './work.ts'

/** What is made void. */
export interface MadeVoid {
  readonly name: string
  readonly text: string
  /** Its place in the journal; the first is 1. */
  readonly number: number
}

/** Adds the void to the work. NOT_LOCKED, LOCKED, LOCK_LOST, NO_SUCH_OPERATION, NOT_VOIDABLE, REBOOT_PENDING, WIP_FULL. */
export async function voidOperation(deps: OriginDeps, user: string, name: string, why: string): Promise<MadeVoid> {
  const { branch, work } = deps
  requireWork(deps, user, 'directive')
  await refuseRebooting(deps)
  const { journal } = branch
  const { ref, sequence } = await findOperation(journal, name)
  const { changeset } = await journal.changesetAt(sequence)
  const { operations } = changeset
  const whole = operationName(ref.id, ref.index)
  if (!name.includes(':') && operations.length > 1) {
    const first = operationName(ref.id, 0)
    throw new IsconfError('NOT_VOIDABLE', `${name} is ${operations.length} operations: name one, ${first} to ${whole}`)
  }
  const operation = operations[ref.index]
  if (operation?.type === 'void') throw new IsconfError('NOT_VOIDABLE', `${whole} is itself a void, which stays`)
  if (operation?.type === 'hold' || operation?.type === 'release') {
    const hint = 'to end a hold: isconf release --branch'
    throw new IsconfError('NOT_VOIDABLE', `${whole} changes nothing on any host`, { hint })
  }
  if (operation?.type === 'bank') {
    const hint = 'to remove a published file: isconf bank remove'
    throw new IsconfError('NOT_VOIDABLE', `${whole} changes nothing on any host`, { hint })
  }
  const key = toKey(ref)
  const before: Voided | undefined = (await voidsIn(journal)).get(key)
  if (before) throw new IsconfError('NOT_VOIDABLE', `${whole} is already void: ${before.author}: ${before.why}`)
  const entry: VoidOperation = { type: 'void', operation: key, why }
  if (work.operations.some((one) => one.type === 'void' && one.operation === key))
    throw new IsconfError('NOT_VOIDABLE', `${whole} is already void, by work that is not checked in`)
  await work.add(entry)
  return {
    name: whole,
    text: operation ? describeOperation(operation) : '',
    number: changeset.operationsBefore + ref.index + 1,
  }
}

/** After a check-in: this host did the voided operations itself, or had skipped them, and says so. */
export async function noteOwnVoids(
  { branch, history, deviations }: Pick<OriginDeps, 'branch' | 'history' | 'deviations'>,
  { changeset }: SignedChangeset,
  count: number,
): Promise<void> {
  for (const voided of changeset.operations.slice(0, count)) {
    if (voided.type !== 'void') continue
    const operation = await operationAt(branch.journal, voided.operation)
    await noteVoid(history, deviations, {
      operation: parseOperationKey(voided.operation),
      text: operation ? describeOperation(operation) : '',
      ...{ by: changeset.author, why: voided.why, time: changeset.time },
      mayBeHere: false,
    })
  }
}
