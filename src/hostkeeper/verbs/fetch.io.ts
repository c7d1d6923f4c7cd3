import { IsconfError } from '../../base/index.ts'
import { parseWords } from '../../terminal/index.ts'
import { shownAddress } from '../sources/address.ts'
import { type FetchDeps, fetchTree } from '../update/fetch.io.ts'
import { withTrees } from '../update/verb-deps.io.ts'
import type { HostkeeperVerb, ProgramContext } from '../verb.ts'

export const fetchVerb: HostkeeperVerb = {
  name: 'fetch',
  usage: 'fetch [--again]',
  summary: 'Fetch the tree from its source, check it, and stage it',
  help: 'Fetches the tree that HOSTKEEPER_SOURCE names beside the one that holds, and checks it: its files can be read, hosts.conf and packages.conf are without mistakes, and this host resolves. A good one is staged for `hostkeeper switch`; one that is no good is refused with all that is wrong. A tree that was turned back from by `hostkeeper rollback` is taken only with --again.',
  exits: [0, 1, 2],
  run: async (context, words) => {
    const parsed = parseWords('hostkeeper fetch', words, { flags: ['--again'] })
    await withTrees(context, 'hostkeeper fetch', (deps) => fetchAndTell(context, parsed.has('--again'), deps))
    return 0
  },
}

/** Fetches what the settings name, and says what came of it. */
export async function fetchAndTell({ settings, say }: ProgramContext, again: boolean, deps: FetchDeps): Promise<void> {
  const { source } = settings
  if (source === undefined)
    throw new IsconfError('CONFIG', 'HOSTKEEPER_SOURCE is not set, so there is nowhere to fetch from', {
      hint: 'set it in /etc/is/hostkeeper.conf; hostkeeper(8) has the kinds of sources',
    })
  const { name, outcome } = await fetchTree(source, again, deps)
  const told = {
    same: `tree ${name} holds already`,
    staged: `tree ${name} is staged, from ${shownAddress(source)}`,
    refused: `${shownAddress(source)} still has tree ${name}, which was turned back from; --again takes it`,
  }
  say(told[outcome])
}
