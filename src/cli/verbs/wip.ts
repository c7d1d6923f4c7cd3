import type { DropAnswer, WipAnswer } from '../../control/index.ts'
import { count, jsonFlag, listing } from '../../terminal/index.ts'
import { action, verb } from '../verb.ts'

const drop = action({
  name: 'drop',
  summary: 'Give it up, when it can never be checked in',
  run: async ({ client, user, say }) => {
    const { operations } = (await client.post('/v1/wip-drop', { user }, () => undefined)) as DropAnswer
    if (operations === 0) say('nothing to drop: everything that was done here is checked in')
    else say(`dropped ${count(operations, 'operation')}; this host needs a rebuild`)
    return 0
  },
})

export const wipVerb = verb({
  name: 'wip',
  summary: 'Show what is not checked in, or give it up',
  help:
    'Shows what was done on this host and is not checked in, since when and under which lock. wip drop forgets it, and ' +
    'only when its lock was broken or lost, so that it can never be checked in. What was done stays done: this host is ' +
    'not what the journal says any more, and has to be built anew. Until then up goes on, and says so each time; lock, ' +
    'fork and migrate refuse.',
  exits: [0, 1],
  options: { json: jsonFlag },
  verbs: [drop],
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
  const all = operations.map(({ text, attributes }) => `\n  ${text}\n${listing(attributes, '    ')}`)
  return `${rebuild}${head}${all.join('')}`
}
