import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, generic } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { type ChangesetId, noChangeset } from '../base/index.ts'
import { type Branch, Branches } from '../branch/index.ts'
import { placeOf, toLine } from '../journal/changeset.ts'
import { ChangesetFetcher } from './changeset-fetcher.ts'
import { serveJournal } from './journal-exchange.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** A host that has `here` of a line, fetches the rest from one that has all of it, and what it asked: after which ones. */
async function fetchRest(here: number, linesPerAnswer: number): Promise<{ branch: Branch; asked: readonly number[] }> {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const [birch, alder] = [network.transport('birch'), network.transport('alder')]
  const chain = chainOf(['one', 'two', 'three', 'four'])
  const ids = [noChangeset, ...chain.map((signed) => placeOf(signed).id)]
  const asked: number[] = []
  serveJournal(alder, {
    linesAfter: async (_line, id) => {
      const at = ids.indexOf(id as ChangesetId)
      asked.push(at)
      if (at < 0) return undefined
      const lines = chain.slice(at, at + linesPerAnswer).map(toLine)
      return { lines, more: at + lines.length < chain.length }
    },
  })
  const peer = await clock.until(birch.dial('sim:alder'))
  const branches = await Branches.open({ disk: new SimDisk(seededRandom(1)), clock, domain }, '/is/branches')
  const branch = await branches.obtain(generic)
  await branch.take(chain.slice(0, here).map(toLine), 'alder')
  const fetcher = new ChangesetFetcher({ transport: birch, clock, log, onChangesets: () => undefined })
  const head = ids.at(-1) as ChangesetId
  assert.equal(await clock.until(fetcher.fetch(branch, generic, head, { peer, host: 'alder' })), true)
  assert.equal(branch.journal.length, chain.length)
  return { branch, asked }
}

test('fetch() asks for each range once: what a peer answered to where the lines part is taken', async () => {
  assert.deepEqual((await fetchRest(0, 9)).asked, [0])
  assert.deepEqual((await fetchRest(3, 9)).asked, [3])
  assert.deepEqual((await fetchRest(1, 2)).asked, [1, 3])
})
