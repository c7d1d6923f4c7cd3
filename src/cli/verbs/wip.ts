import { IsconfError, inOneLine } from '../../base/index.ts'
import type { DropAnswer, UndoAnswer, WipAnswer } from '../../control/index.ts'
import { aCount, count, flag, jsonFlag, listing, optionalWord } from '../../terminal/index.ts'
import { action, verb } from '../verb.ts'

const drop = action({
  name: 'drop',
  summary: 'Drop work that can never be checked in',
  run: async ({ client, user, say }) => {
    const { operations } = (await client.post('/v1/wip-drop', { user }, () => undefined)) as DropAnswer
    if (operations === 0) say('nothing to drop: everything is checked in')
    else say(`dropped ${count(operations, 'operation')}; this host needs a rebuild, or isconf done, as status shows`)
    return 0
  },
})

const undo = action({
  name: 'undo',
  summary: 'Undo the newest operation, or the newest COUNT',
  options: { restore: flag('--restore', 'restore what the journal has at their paths') },
  arguments: { typed: optionalWord('COUNT', 'how many; by default 1') },
  run: async ({ client, user, say, show }, { restore, typed }) => {
    const wanted = typed === undefined ? 1 : aCount.parse(typed)
    if (wanted === undefined) {
      throw new IsconfError('USAGE', `isconf wip undo takes a count, not ${JSON.stringify(typed)}`)
    }
    const body = { user, count: wanted, ...(restore && { restore }) }
    const { undone, stoppedAt, left } = (await client.post('/v1/wip-undo', body, show)) as UndoAnswer
    for (const { text, effect } of undone) say(`undid ${text}${effects[effect]}`)
    if (stoppedAt !== null) {
      const before = undone.length === 0 ? '' : `${count(undone.length, 'operation')} undone; `
      throw new IsconfError('WIP_COMMAND', `${before}isconf can't undo what a command did: ${stoppedAt}`)
    }
    if (undone.length === 0) say('nothing to undo: everything is checked in')
    else say(left === 0 ? 'nothing is left to check in' : `${count(left, 'operation')} left to check in`)
    return 0
  },
})

const effects: Readonly<Record<UndoAnswer['undone'][number]['effect'], string>> = {
  none: '',
  restored: '; what was there before is restored',
  stays: '; the file stays as it is, on this host alone: snap it again, or restore what others have (isconf cat)',
  gone: '; what was removed stays removed, on this host alone: remove it again, or restore what others have (isconf cat)',
}

export const wipVerb = verb({
  name: 'wip',
  summary: 'Show, undo or drop what is not checked in',
  help:
    'Shows what was done on this host and is not checked in, since when, and under which lock. wip undo removes ' +
    'the newest operation from it, or the newest COUNT, and says what that means for this host; with --restore ' +
    'the files go back to what the journal, or the rest of the work, has at their paths. It stops at a command. ' +
    'status shows what wip undo leaves behind. wip drop forgets all of it, but only when its lock was broken or ' +
    'lost, so that it can never be checked in. What was done stays done: this host then differs from its journal, ' +
    'and has to be rebuilt, or somebody undoes it by hand and isconf done records that. Until then up still ' +
    'works, and says so each time; lock, fork and migrate refuse.',
  exits: [0, 1, 2, 220, 221],
  options: { json: jsonFlag },
  verbs: [undo, drop],
  run: async ({ client, terminal }, { json }) => {
    const answer = (await client.get('/v1/wip')) as WipAnswer
    terminal.out(json ? `${JSON.stringify(answer)}\n` : describe(answer))
    return 0
  },
})

function describe({ work, needsRebuild }: WipAnswer): string {
  const rebuild = needsRebuild
    ? `${needsRebuild.by} dropped ${count(needsRebuild.operations, 'operation')} at ${needsRebuild.time}: this host needs a rebuild\n`
    : ''
  if (!work) return `${rebuild}everything is checked in\n`
  const { author, message, since, branch, locked, broken, operations } = work
  const state = locked
    ? 'held'
    : broken
      ? `broken by ${broken.by} at ${broken.time}`
      : 'lost: others have changed the branch'
  const head = listing(
    [
      ['work', `${count(operations.length, 'operation')} on branch ${branch}`],
      ['lock', `${author}${since === null ? '' : ` since ${since}`}: ${message}`],
      ['state', state],
    ],
    '',
  )
  const all = operations.map(({ text, attributes }) => `\n  ${inOneLine(text)}\n${listing(attributes, '    ')}`)
  return `${rebuild}${head}${all.join('')}`
}
