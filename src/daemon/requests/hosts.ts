import { operationName } from '../../base/index.ts'
import { type Branch, type Branches, holdOf, type LastDone } from '../../branch/index.ts'
import type { HostRow } from '../../control/index.ts'
import { type Held, type StoppedOperation, stoppedWhile } from '../../host/index.ts'
import { branchHold, type Hold } from '../../replay/index.ts'
import { deviationAnswer } from './shared/deviation.ts'
import { hostState } from './shared/host-state.ts'
import { nothing } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { positionOn } from './shared/position.ts'
import { request } from './shared/request.ts'

type HostsParts = Pick<
  Parts,
  | 'identity'
  | 'transport'
  | 'replicator'
  | 'branch'
  | 'branches'
  | 'history'
  | 'deviations'
  | 'hold'
  | 'bootRecord'
  | 'clock'
  | 'process'
>

type StatelessRow = Omit<HostRow, 'state'>

export const hostsRequest = request({
  name: 'hosts',
  kind: 'query',
  result: 'this host, then those that are known here, by name',
  details:
    '`name`, `peerId`, `here` (this host), `connected`, `address`, `via` (the host over which it is reached, where it is not reached otherwise), `seen` (when it was heard last, also by an ' +
    "earlier daemon), `state` (as in `isconf fleet`), `release`, `branch`, `position` (operations done, by this host's journal of that branch), " +
    '`operations`, `stopped` (the `operation` that it cannot do, `why`, and `since` when), `deviations` (in what it differs from its journal: `kind`, `operation`), `holds` (who holds it or its branch: `scope`, `name`, `by`, `why`, `since`), `boot` (how its last boot ended, where Hostkeeper looks after it: `level`, `since`, `step`, `why`, ' +
    '`tree`, `fetched`).',
  input: nothing,
  run: async (parts: HostsParts): Promise<readonly HostRow[]> => {
    const { identity, transport, replicator, branch, branches, history, bootRecord } = parts
    const peers = new Map(transport.peers().map((one) => [one.id, one]))
    const holdsOn = holdsReader(branches)
    const known = replicator.inventory.all()
    // Connected, and has not told yet who it is.
    const silent = [...peers.keys()].filter((id) => !known.some(({ peer }) => peer === id))
    const rows = [
      ...known,
      ...silent.map((peer) => ({
        peer,
        name: peer as string,
        at: undefined,
        boot: undefined,
        held: undefined,
        stopped: undefined,
        seen: undefined,
      })),
    ].map(async ({ peer, name, at, boot, held, stopped, seen }): Promise<StatelessRow> => {
      const { address = null, via } = peers.get(peer) ?? {}
      const there = at ? await standingOf(branches, at.branch, at.done ?? undefined) : nowhere
      const connected = address !== null
      return {
        name,
        peerId: peer,
        here: false,
        connected,
        address,
        via: via === undefined ? null : replicator.hostOf(via),
        seen: connected ? null : (seen ?? null),
        release: at?.release ?? null,
        ...there,
        stopped: stopped
          ? { operation: operationName(stopped.id, stopped.index), why: stopped.why, since: stopped.since ?? null }
          : null,
        deviations: (at?.deviations ?? []).map(({ kind, operation: { id, index } }) => ({
          ...{ kind, operation: operationName(id, index) },
        })),
        holds: await holdsOn(name, held, at?.branch),
        boot: boot ?? null,
      }
    })
    await bootRecord?.refresh()
    const own: StatelessRow = {
      name: identity.host,
      peerId: transport.self,
      here: true,
      connected: true,
      address: null,
      via: null,
      seen: null,
      release: identity.release,
      ...(await standingOf(branches, branch.name, history.standing.done)),
      stopped: stoppedOf(stoppedWhile(parts.process.running(), history.standing)),
      deviations: parts.deviations.all.map(deviationAnswer).map(({ kind, operation }) => ({ kind, operation })),
      holds: await holdsOn(identity.host, parts.hold.value, branch.name),
      boot: bootRecord?.current ?? null,
    }
    const all = [own, ...(await Promise.all(rows)).sort((a, b) => (a.name < b.name ? -1 : 1))]
    const splitBranches = new Set<string | null>(branches.all().flatMap(({ isSplit, name }) => (isSplit ? [name] : [])))
    return all.map((row) => {
      const isSplit = splitBranches.has(row.branch)
      return { ...row, state: hostState({ ...row, isSplit }, all.length, parts.clock) }
    })
  },
})

/** Tells the holds of a host and of its branch; each branch is looked at once. */
function holdsReader(branches: Branches) {
  const byBranch = new Map<string, Promise<readonly Hold[]>>()
  const readBranch = async (name: Branch['name']): Promise<readonly Hold[]> => {
    const branch = branches.get(name)
    const hold = branch && (await holdOf(branch))
    return hold ? [branchHold(branch, hold)] : []
  }
  return async (name: string, held: Held | undefined, on: Branch['name'] | undefined): Promise<readonly Hold[]> => {
    const ofBranch = on === undefined ? [] : (byBranch.get(on) ?? readBranch(on))
    if (on !== undefined) byBranch.set(on, Promise.resolve(ofBranch))
    return [...(held ? [{ scope: 'host', name, ...held } as const] : []), ...(await ofBranch)]
  }
}

function stoppedOf(stopped: StoppedOperation | undefined): HostRow['stopped'] {
  if (!stopped) return null
  return {
    operation: operationName(stopped.operation.id, stopped.operation.index),
    why: stopped.reason,
    since: stopped.since,
  }
}

type Place = Pick<HostRow, 'branch' | 'position' | 'operations'>
const nowhere: Place = { branch: null, position: null, operations: null }

/** A host's place on its branch, by this host's journal: null where that does not tell. */
async function standingOf(branches: Branches, name: Branch['name'], done: LastDone | undefined): Promise<Place> {
  const branch = branches.get(name)
  if (!branch) return { ...nowhere, branch: name }
  return { branch: name, position: await positionOn(branch, done), operations: branch.journal.operationCount }
}
