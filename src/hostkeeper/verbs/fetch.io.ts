import { IsconfError, toIsconfError } from '../../base/index.ts'
import { flag } from '../../terminal/index.ts'
import { patiently, recordFetch, waitForName } from '../boot/index.ts'
import { type ProgramContext, verb } from '../program/index.ts'
import { sayUnvouched, shownAddress } from '../sources/index.ts'
import { type Fetched, fetchTree, type TreeDeps, withTrees } from '../update/index.ts'

/** Of update, too. */
export const againOption = {
  again: flag('--again', 'accept even a tree that was rolled back, or a channel that has gone back'),
}

export const fetchVerb = verb({
  name: 'fetch',
  summary: 'Fetch the tree from its source, check it, and stage it',
  help:
    'Fetches the tree that HOSTKEEPER_SOURCE names, beside the current one, and checks it: its files can be ' +
    'read, hosts.conf and packages.conf have no mistakes, and this host resolves. A good tree is staged for ' +
    '`hostkeeper switch`; a bad one is refused, with everything that is wrong. A tree that was left by ' +
    '`hostkeeper rollback` is staged only with --again. With --wait it waits for HOSTKEEPER_TIMEOUT seconds at ' +
    'most.',
  exits: [0, 1, 2],
  options: {
    ...againOption,
    wait: flag('--wait', 'as at boot: try a failing source again, and wait for the name of this host'),
  },
  run: async (context, asked) => {
    if (asked.wait) await waitForName(context)
    await withTrees(context, 'hostkeeper fetch', (deps) => fetchAndTell(context, asked, deps))
    return 0
  },
})

/** How a tree is to be fetched. */
export interface FetchWords {
  /** Whether one that was turned back from is taken, too. */
  readonly again: boolean
  /** Whether a source that gives nothing is asked again for a while. */
  readonly wait: boolean
}

/** Fetches what the settings name, and says and records what came of it. */
export async function fetchAndTell(context: ProgramContext, asked: FetchWords, deps: TreeDeps): Promise<void> {
  const { settings, say } = context
  const { source } = settings
  if (source === undefined)
    throw new IsconfError('CONFIG', 'HOSTKEEPER_SOURCE is not set, so there is nowhere to fetch from', {
      hint: 'set it in /etc/is/hostkeeper.conf; hostkeeper(8) has the kinds of sources',
    })
  sayUnvouched(context)
  try {
    const fetch = (): Promise<Fetched> => fetchTree(source, asked.again, deps)
    const { name, outcome } = await (asked.wait ? patiently(context, 'SOURCE_FAILED', fetch, deps.signal) : fetch())
    recordFetch(context, { tree: outcome === 'refused' ? undefined : name })
    const told = {
      same: `tree ${name} holds already`,
      staged: `tree ${name} is staged, from ${shownAddress(source)}`,
      refused: `${shownAddress(source)} still has tree ${name}, which was turned back from; --again takes it`,
    }
    say(told[outcome])
  } catch (error) {
    const { code, message } = toIsconfError(error)
    if (code !== 'INTERRUPTED') recordFetch(context, { why: message.split(/\n\s*/).slice(0, 2).join(' ') })
    throw error
  }
}
