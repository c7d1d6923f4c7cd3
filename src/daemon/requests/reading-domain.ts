/** `branches` and `hosts`: what is known here of the domain. */
import { toIsconfError } from '../../base/index.ts'
import { type Branch, type LastDone, operationsDone } from '../../branch/index.ts'
import type { BranchRow, HostRow } from '../../control/index.ts'
import type { HostDaemon } from '../host-daemon.ts'

/** Every branch known here, by name. */
export async function branchesOf(daemon: HostDaemon): Promise<readonly BranchRow[]> {
  const { branches, branch: own, identity, replicator } = daemon
  const told = replicator.inventory.all().flatMap(({ name, at }) => (at ? [{ name, branch: at.branch }] : []))
  const places = [{ name: identity.host, branch: own.name }, ...told]
  const all = [...new Set([own, ...branches.all()])].sort((a, b) => (a.name < b.name ? -1 : 1))
  return Promise.all(
    all.map(async (branch): Promise<BranchRow> => {
      const { name, state, journal, isSplit } = branch
      const { lock } = state
      return {
        name,
        current: branch === own,
        head: state.head,
        changesets: journal.length,
        operations: journal.operationCount,
        split: isSplit,
        lock: lock && { branch: name, user: lock.user, host: lock.host, message: lock.message, since: lock.since },
        parent: await parentOf(branch),
        hosts: [...new Set(places.flatMap((one) => (one.branch === name ? [one.name] : [])))].sort(),
      }
    }),
  )
}

/** Every host known here: this one, then the others by name. */
export async function hostsOf(daemon: HostDaemon): Promise<readonly HostRow[]> {
  const { identity, deps, replicator, branch, history } = daemon
  const { transport } = deps
  const addressByPeer = new Map(transport.peers().map(({ id, address }) => [id, address]))
  const known = replicator.inventory.all()
  // Connected, and has not told yet who it is.
  const silent = [...addressByPeer.keys()].filter((id) => !known.some(({ peer }) => peer === id))
  const rows = [
    ...known,
    ...silent.map((peer) => ({ peer, name: peer as string, at: undefined, seen: undefined })),
  ].map(async ({ peer, name, at, seen }): Promise<HostRow> => {
    const address = addressByPeer.get(peer) ?? null
    const there = at ? await standingOf(daemon, at.branch, at.done ?? undefined) : nowhere
    const connected = address !== null
    return {
      name,
      peerId: peer,
      here: false,
      connected,
      address,
      seen: connected ? null : (seen ?? null),
      release: at?.release ?? null,
      ...there,
    }
  })
  const own: HostRow = {
    name: identity.host,
    peerId: transport.self,
    here: true,
    connected: true,
    address: null,
    seen: null,
    release: identity.release,
    ...(await standingOf(daemon, branch.name, history.standing.done)),
  }
  return [own, ...(await Promise.all(rows)).sort((a, b) => (a.name < b.name ? -1 : 1))]
}

type Place = Pick<HostRow, 'branch' | 'position' | 'operations'>
const nowhere: Place = { branch: null, position: null, operations: null }

/** A host's place on its branch, by this host's journal: null where that does not tell. */
async function standingOf({ branches }: HostDaemon, name: Branch['name'], done: LastDone | undefined): Promise<Place> {
  const branch = branches.get(name)
  if (!branch) return { ...nowhere, branch: name }
  const operations = branch.journal.operationCount
  try {
    return { branch: name, position: await operationsDone(branch, done), operations }
  } catch (thrown) {
    if (toIsconfError(thrown).code !== 'OFF_BRANCH') throw thrown
    return { branch: name, position: null, operations }
  }
}

/** The branch on which the last changeset was written that is not of the branch itself; null when all are. */
async function parentOf({ name, journal }: Branch): Promise<string | null> {
  // What was written on the branch comes after all that it began with.
  let [inherited, limit] = [0, journal.length]
  let parent: string | null = null
  while (inherited < limit) {
    const middle = Math.ceil((inherited + limit) / 2)
    const { branch } = (await journal.changesetAt(middle)).changeset
    if (branch === name) {
      limit = middle - 1
      continue
    }
    inherited = middle
    parent = branch
  }
  return parent
}
