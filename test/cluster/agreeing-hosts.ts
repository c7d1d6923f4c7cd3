/** Hosts that agree on a branch, without a network between them. */
import type { Agreement, NextState, Voters } from '../../src/agreement/agreement.ts'
import { keeperlessAgreement } from '../../src/agreement/without-keepers.ts'
import { noChangeset } from '../../src/base/index.ts'
import { Branch } from '../../src/branch/branch.ts'
import { changed, type Lock } from '../../src/branch/state.ts'
import type { SimClock } from '../sim/clock.ts'
import { SimDisk } from '../sim/disk.ts'
import { seededRandom } from '../sim/random.ts'
import { domain, generic, keyOf } from './changesets.ts'

export interface Host {
  readonly disk: SimDisk
  readonly name: string
  readonly branch: Branch
  readonly agreement: Agreement
  /** The hosts it can ask. */
  readonly reaches: Set<Host>
  /** What it was asked, in order. */
  readonly heard: string[]
  /** Whose word it passed over, and what they said. */
  readonly passedOver: string[]
  /** Whether it gives the other lines of its split to those who catch up. */
  showsLines: boolean
  /** Called when it is asked, before it answers. */
  whenAsked: (type: string) => Promise<void> | void
}

/** Hosts that ask each other at once, without a network; who is behind learns the longest journal. */
export async function hosts(clock: SimClock, ...names: readonly string[]): Promise<readonly Host[]> {
  return hostsOf(clock, names)
}

/** The same in a domain that has so many hosts, as far as they know. */
export async function hostsOf(clock: SimClock, names: readonly string[], hostCount?: number): Promise<readonly Host[]> {
  const all: Host[] = []
  for (const [index, name] of names.entries()) {
    const disk = new SimDisk(seededRandom(index))
    const branch = await Branch.open({ disk, domain, clock }, '/branch', generic)
    const reaches = new Set<Host>()
    const passedOver: string[] = []
    const voters: Voters = {
      self: name,
      peers: () => [...reaches].map((other) => other.name),
      hosts: () => hostCount ?? all.length,
      ask: async (peer, message) => {
        const other = all.find((one) => one.name === peer)!
        const { type } = message as { type: string }
        other.heard.push(type)
        await other.whenAsked(type)
        return other.agreement.answer(structuredClone(message))
      },
      catchUp: async () => {
        for (const other of reaches) {
          const range = await other.branch.journal.linesAfter(branch.journal.head, 1_000_000)
          await branch.take(range?.lines ?? [], other.name)
          await branch.adopt(other.branch.state)
          for (const [, line] of other.showsLines ? other.branch.others.entries() : []) {
            const lines = (await line.linesAfter(noChangeset, 1_000_000))?.lines ?? []
            await branch.take(lines, other.name)
          }
        }
      },
      nameOf: (peer) => peer,
      inTrouble: (peer, what) => {
        if (what !== undefined) passedOver.push(`${peer} ${what}`)
      },
      passedOver: (peer, what) => {
        if (what !== undefined) passedOver.push(`${peer} ${what}`)
      },
    }
    const random = seededRandom(100 + index)
    const agreement = keeperlessAgreement({ voters, clock, random, branchNamed: async () => branch })
    all.push({
      disk,
      name,
      branch,
      agreement,
      reaches,
      heard: [],
      passedOver,
      showsLines: true,
      whenAsked: () => undefined,
    })
  }
  for (const host of all) for (const other of all) if (other !== host) host.reaches.add(other)
  return all
}

export function lockFor({ name }: Host, digit = name.charCodeAt(0).toString(16)): NextState {
  const id = digit.repeat(32).slice(0, 32)
  const lock: Lock = {
    id,
    user: 'ann',
    host: name,
    key: keyOf(name),
    message: 'because',
    since: '2030-01-01T00:00:00.000Z',
  }
  return (state) => ({ to: changed(state, { type: 'lock', lock }) })
}
