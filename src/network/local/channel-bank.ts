/** The package bank's files for its server in the network process, asked of the daemon over the channel. */
import type { BankFound, BankSource } from '../../bank/index.ts'
import { IsconfError, isBankName } from '../../base/index.ts'
import { type Ask, askFor, askStreaming } from './ask.ts'

export function channelBank(ask: Ask): BankSource {
  return {
    // Nothing has a name that can be none; whose bank it is stands in the answer all the same.
    find: async (name) => (await askFor(ask, { about: 'bank file', ...(isBankName(name) && { name }) })) as BankFound,
    names: async () => (await askFor(ask, { about: 'bank names' })) as readonly string[],
    read: async function* ({ name, blob }, { from, end }, signal) {
      const { bytes } = await askStreaming(ask, { about: 'bank bytes', name, id: blob.id, from, end }, signal)
      try {
        yield* bytes
      } catch (error) {
        // The daemon, or its end of the channel, has ended it in the middle.
        throw new IsconfError('BLOB_MISSING', (error as Error).message, { cause: error })
      }
    },
  }
}
