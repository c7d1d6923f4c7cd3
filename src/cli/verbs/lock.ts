import { IsconfError } from '../../base/index.ts'
import type { LockAnswer } from '../../control/index.ts'
import { flag, optionalWords, value } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const lockVerb = verb({
  name: 'lock',
  summary: 'Lock the branch in order to change it',
  help:
    'Takes the lock of the branch for you, on this host. The message says why; it is recorded with every change ' +
    'until the next ci, and needs no quotes unless one of its words looks like an option. Refused on a host that ' +
    'has not done everything in the journal: run up first; with --behind, such a host can lock to hold, release or void, and for nothing else.',
  exits: [0, 1, 220, 222],
  options: {
    message: value('-m, --message <message>', 'the message, as one word'),
    behind: flag('--behind', 'also on a host that is behind, to hold, release or void'),
  },
  arguments: { words: optionalWords('MESSAGE', 'why') },
  passThrough: true,
  run: async ({ client, flags, user, say, show }, { message: typed, words, behind }) => {
    refuseOptions(words, typed)
    const message = words.length > 0 ? words.join(' ') : (typed ?? flags.message ?? '')
    if (message.trim() === '') throw new IsconfError('MESSAGE_MISSING', 'a lock needs a message')
    const lock = (await client.post('/v1/lock', { user, message, ...(behind && { behind }) }, show)) as LockAnswer
    say(`branch ${lock.branch} is locked by ${lock.user}@${lock.host}: ${lock.message}`)
    return 0
  },
})

/** Refuses what was meant as an option: it would be in the journal for ever. */
function refuseOptions(words: readonly string[], behind: string | undefined): void {
  // One that stands first had -- before it.
  const end = words[0]?.startsWith('-') ? 0 : words.indexOf('--')
  const option = words.slice(0, end === -1 ? undefined : end).find((word) => /^--?[a-z]/i.test(word))
  const hint = 'put the message in quotes: isconf lock "why you need it"'
  if (option !== undefined)
    throw new IsconfError('USAGE', `isconf lock does not take ${JSON.stringify(option)} inside the message`, { hint })
  if (behind !== undefined && words.length > 0)
    throw new IsconfError('USAGE', `isconf lock -m takes one word, not ${JSON.stringify(words[0])} as well`, { hint })
}
