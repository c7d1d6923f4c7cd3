import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, generic } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { BranchName } from '../base/index.ts'
import { Branches, type BranchState } from '../branch/index.ts'
import { placeOf, toLine } from '../journal/changeset.ts'
import type { SignedChangeset } from '../journal/index.ts'
import { serveJournal } from './journal-exchange.ts'
import { NewsIntake } from './news-intake.ts'
import { PeerTroubles } from './peer-troubles.ts'
import { Resolutions } from './resolutions.ts'

const alpha = 'alpha' as BranchName
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function stateOf(branch: BranchName, chain: readonly SignedChangeset[]): BranchState {
  const { id: head, sequence: length } = placeOf(chain.at(-1) as SignedChangeset)
  return { branch, head, length, revision: 0, lock: null, broken: null }
}

test('a branch that does not come keeps no other one out, and is told until it comes', async () => {
  const clock = new SimClock()
  const disk = new SimDisk(seededRandom(1))
  const network = new SimNetwork(clock, seededRandom(1))
  const [birch, alder] = [network.transport('birch'), network.transport('alder')]
  const chains = new Map([
    [alpha, chainOf(['a'])],
    [generic, chainOf(['one', 'two'])],
  ] as const)
  let isThrough = false
  serveJournal(alder, {
    linesAfter: async (line) => {
      if (line === alpha && !isThrough) await new Promise(() => undefined)
      return { lines: (chains.get(line as BranchName) ?? []).map(toLine), more: false }
    },
  })
  const peer = await clock.until(birch.dial('sim:alder'))
  const branches = await Branches.open({ disk, clock, domain }, '/is/branches')
  const intake = new NewsIntake({
    ...{ transport: birch, clock, log, branches },
    resolutions: await Resolutions.open(disk, '/is/conf/resolutions', branches, log),
    troubles: new PeerTroubles(clock, log),
    onChangesets: () => undefined,
    standing: () => ({ branch: generic, done: null, release: 'sim' }),
    hostOf: () => 'alder',
  })
  // In the order of the alphabet, as after a restart.
  const states = [alpha, generic].map((name) => stateOf(name, chains.get(name) ?? []))
  const told = { host: 'alder', states, others: [], resolutions: [] }
  const beganMs = clock.monotonicMs()
  const taken = intake.take(told, peer)
  await clock.until(intake.untilFetched(generic))
  while (branches.get(generic)?.journal.length !== 2) await clock.run(100)
  assert.ok(clock.monotonicMs() - beganMs < 5_000)
  assert.deepEqual(
    intake.unfetched.all().map(({ branch, reason }) => `${branch}: ${reason}`),
    ['alpha: it is on its way'],
  )
  assert.deepEqual(await clock.until(taken), new Set([generic]))
  assert.deepEqual(
    intake.unfetched.all(alpha).map(({ reason, length, host }) => `${host} ${length}: ${reason}`),
    ['alder 1: nothing arrived for 10 seconds'],
  )
  assert.deepEqual(intake.unfetched.all(generic), [])
  isThrough = true
  await clock.until(intake.take(told, peer))
  assert.deepEqual(intake.unfetched.all(), [])
})
