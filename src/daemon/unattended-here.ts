/** `up` by itself as this daemon does it. */
import { IsconfError, type Random } from '../base/index.ts'
import type { UpSettings } from '../config/index.ts'
import type { UpAnswer } from '../control/index.ts'
import { nextBlob } from '../replay/index.ts'
import { logEnd } from './http/asked.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import { holdsOf } from './requests/shared/hold.ts'
import type { Parts, ProcessFacts } from './requests/shared/parts.ts'
import { positionOn } from './requests/shared/position.ts'
import { doUp } from './requests/up.ts'
import { type ToDo, UnattendedUp } from './unattended-up.ts'

export interface UnattendedHereDeps {
  readonly parts: Parts
  readonly random: Random
  readonly changes: OneAtATime
  readonly settings: () => UpSettings
  /** A verb that may have changed the host has come to its end. */
  readonly afterVerb: () => Promise<void>
}

/** It is asked for, logged and recorded like any other `up`, and nobody hears its output. */
export function unattendedUp({ parts, random, changes, settings, afterVerb }: UnattendedHereDeps): UnattendedUp {
  const { clock, log } = parts
  return new UnattendedUp({
    ...{ clock, random, log, settings },
    toDo: toDoOf(parts),
    up: async (mayBegin) => {
      let answer: UpAnswer | undefined
      const run = changes.begin('up', undefined, async (signal) => {
        log.info({}, 'isconf up: begun by itself, as IS_UP says')
        try {
          refuseCloned(parts.process)
          answer = await doUp(parts, { user: 'isconf' }, { tell: () => undefined, signal }, mayBegin)
          return { event: 'result', result: answer } as const
        } finally {
          await afterVerb()
        }
      })
      await run.done.then(
        () => logEnd(log, 'up'),
        (thrown: unknown) => {
          logEnd(log, 'up', thrown)
          throw thrown
        },
      )
      return answer as UpAnswer
    },
  })
}

/** What there is to do; it is read from disk only when something is new. */
function toDoOf(parts: Parts): () => Promise<ToDo> {
  let read: { readonly state: string; readonly pending: number } | undefined
  const placeOf = (): string => {
    const { branch, history, deviations } = parts
    const { done, stopped } = history.standing
    const { journal, commonLength } = branch
    return JSON.stringify([branch.name, journal.head, commonLength, done, stopped?.operation, deviations.all.length])
  }
  return async () => {
    const { branch, history, store } = parts
    const place = placeOf()
    const isLevel = read?.pending === 0 && read.state === place
    if (isLevel) return { pending: 0, obstacle: undefined, state: place }
    const position = await positionOn(branch, history.standing.done)
    const pending = position === null ? 0 : branch.journal.operationCount - position
    read = { state: place, pending }
    if (position === null || pending === 0) return { pending, obstacle: undefined, state: place }
    const blob = await nextBlob(branch, history, position)
    const isHere = blob === undefined || (await store.has(blob.id))
    return { pending, obstacle: await obstacleOf(parts), state: `${place} ${isHere}` }
  }
}

/** Why a person would be refused, and would first see to it. */
async function obstacleOf(parts: Parts): Promise<string | undefined> {
  const { header, operations } = parts.work
  if (operations.length > 0) return `${header?.author} has work here that is not checked in`
  const [hold] = await holdsOf(parts).all()
  return hold && `${hold.scope} ${hold.name} is held`
}

/** Two machines with one key would sign changesets and answer votes as one. */
export function refuseCloned({ cloned }: ProcessFacts): void {
  const what = cloned?.()
  if (what !== undefined) throw new IsconfError('CLONED', what)
}
