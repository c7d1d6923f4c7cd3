/**
 * One host's daemon: makes the parts, joins them, starts and stops them in
 * order. Everything that touches the world is handed in, so that the same
 * code runs in the simulated world.
 */
import type { KeyObject } from 'node:crypto'
import { type Agreement, keeperlessAgreement } from '../agreement/index.ts'
import {
  type BranchName,
  type Clock,
  type Disk,
  type DomainName,
  IsconfError,
  isName,
  type Log,
  type Random,
} from '../base/index.ts'
import { Banks, type Branch, Branches, firstBranch } from '../branch/index.ts'
import { History, RebuildMark } from '../host/index.ts'
import type { Machine } from '../machine/index.ts'
import { answer, type Transport } from '../mesh/index.ts'
import { type BranchingDeps, recoverCheckIn, WorkInProgress } from '../origin/index.ts'
import { InstalledEarly } from '../replay/index.ts'
import {
  agreeBytesMax,
  agreeProtocol,
  BlobReplicator,
  journalSource,
  meshVoters,
  ReachablePeers,
  Replicator,
  Resolutions,
  serveBlobs,
  serveJournal,
} from '../replication/index.ts'
import type { BlobStore } from '../store/index.ts'

/** What the daemon needs from outside itself: the real thing in production, a simulated one in tests. */
export interface DaemonDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly machine: Machine
  readonly store: BlobStore
  readonly key: KeyObject
  readonly log: Log
  /** Resolves when a daemon that was just started has had the time to find the others; soon in any case. */
  readonly settled: Promise<void>
}

/** Who this host is. */
export interface Identity {
  /** The short host name. */
  readonly host: string
  readonly release: string
  readonly domain: DomainName
  /** IS_HOME. */
  readonly home: string
}

export class HostDaemon {
  readonly identity: Identity
  readonly deps: DaemonDeps
  readonly branches: Branches
  readonly history: History
  readonly installedEarly: InstalledEarly
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  readonly resolutions: Resolutions
  readonly replicator: Replicator
  readonly blobs: BlobReplicator
  readonly banks = new Banks()
  readonly #agreement: Agreement
  #branch: Branch

  private constructor(identity: Identity, deps: DaemonDeps, parts: Parts) {
    this.identity = identity
    this.deps = deps
    this.branches = parts.branches
    this.history = parts.history
    this.installedEarly = parts.installedEarly
    this.work = parts.work
    this.rebuild = parts.rebuild
    this.resolutions = parts.resolutions
    this.#branch = parts.branch
    const { branches, resolutions } = parts
    const { transport, clock, random, log } = deps
    this.blobs = new BlobReplicator({ ...deps, branches })
    const reachable = new ReachablePeers(transport)
    this.replicator = new Replicator({
      reachable,
      host: identity.host,
      standing: () => ({
        branch: this.#branch.name,
        done: this.history.standing.done ?? null,
        release: identity.release,
      }),
      branches,
      resolutions,
      transport,
      clock,
      random,
      log,
      settled: deps.settled,
      onChangesets: (_, changesets) => void this.blobs.want(changesets),
      onResolved: () => this.afterResolution(),
    })
    this.#agreement = keeperlessAgreement({
      clock,
      random,
      branchNamed: (name) => branches.heard(name),
      voters: meshVoters({ transport, clock, reachable, replicator: this.replicator }),
    })
  }

  /** Opens what is on disk, finishes what a crash interrupted, and joins the others. */
  static async start(identity: Identity, deps: DaemonDeps): Promise<HostDaemon> {
    const daemon = new HostDaemon(identity, deps, await openParts(identity, deps))
    const { log } = deps
    for (const { path, droppedBytes } of [
      ...daemon.branches.all().map(({ journal }) => journal),
      daemon.history,
      daemon.work,
    ]) {
      if (droppedBytes > 0)
        log.warn({ path, droppedBytes }, `${path}: dropped a torn last line: it was never acknowledged`)
    }
    await daemon.#followHistory()
    const finished = await recoverCheckIn(daemon.origin())
    if (finished) log.warn({ id: finished.id }, 'finished a check-in that was interrupted')
    daemon.#join()
    return daemon
  }

  /** The branch this host is on. */
  get branch(): Branch {
    return this.#branch
  }

  /** What the verbs on the origin need. */
  origin(): BranchingDeps {
    const { identity, deps, branches, branch, history, installedEarly, work, rebuild } = this
    const goTo = (to: Branch): Promise<void> => this.#goTo(to)
    return {
      ...deps,
      ...identity,
      branches,
      branch,
      agreement: this.#agreement,
      history,
      installedEarly,
      work,
      rebuild,
      goTo,
    }
  }

  /** Stops the parts in the reverse order; nothing is on its way to disk when it returns. */
  async stop(): Promise<void> {
    this.replicator.stop()
    this.blobs.stop()
    await this.deps.transport.close()
    await this.work.close()
    await this.history.close()
    await this.branches.close()
  }

  #join(): void {
    const { transport, store, clock } = this.deps
    serveJournal(transport, journalSource(this.branches))
    serveBlobs(transport, store, clock)
    answer(transport, agreeProtocol, { requestBytesMax: agreeBytesMax, concurrentPerPeerMax: 8 }, (message) =>
      this.#agreement.answer(message),
    )
    this.replicator.start()
    this.blobs.start()
  }

  /** After a line of a split has become a branch: the files that it names are wanted here, too. */
  async afterResolution(): Promise<void> {
    await this.#followHistory()
    this.blobs.lookForMissing()
  }

  /** After a split was resolved: a host that has gone on along the rejected line stays on that. */
  async #followHistory(): Promise<void> {
    const { done, stopped, rebooting } = this.history.standing
    // What was begun may have been done; and of what comes later files may be here already.
    const last = stopped?.operation ?? rebooting?.operation ?? done
    const ids = [last?.id, this.installedEarly.id].filter((id) => id !== undefined)
    const gone = ids.find((id) => !this.#branch.journal.has(id))
    if (!gone) return
    const names = [this.#branch.name, ...this.resolutions.asides]
    const name = names.find((one) => ids.every((id) => this.branches.get(one)?.has(id)))
    const branch = name && this.branches.get(name)
    if (!branch) return
    await branch.follow(gone)
    if (branch === this.#branch) return
    await this.#goTo(branch)
    this.deps.log.warn(
      { branch: name },
      `this host had gone on along the other line and is on branch ${branch.name} now`,
    )
  }

  async #goTo(branch: Branch): Promise<void> {
    await this.deps.disk.replaceFile(branchFile(this.identity), `${branch.name}\n`)
    this.#branch = branch
  }
}

interface Parts {
  readonly branches: Branches
  readonly branch: Branch
  readonly history: History
  readonly installedEarly: InstalledEarly
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  readonly resolutions: Resolutions
}

async function openParts(identity: Identity, { disk, clock, log }: DaemonDeps): Promise<Parts> {
  const { home, domain } = identity
  await disk.makeDirectory(`${home}/conf`)
  const branches = await Branches.open({ disk, clock, domain }, `${home}/branches`)
  const resolutions = await Resolutions.open(disk, `${home}/conf/resolutions`, branches, log)
  const branch = await branches.obtain(await currentBranch(identity, disk))
  const history = await History.open(disk, `${home}/conf/history`, clock)
  const installedEarly = await InstalledEarly.open(disk, `${home}/conf/ahead`)
  const work = await WorkInProgress.open(disk, `${home}/journal.wip`)
  const rebuild = await RebuildMark.open(disk, `${home}/conf/needs-rebuild`)
  return { branches, branch, history, installedEarly, work, rebuild, resolutions }
}

async function currentBranch(identity: Identity, disk: Disk): Promise<BranchName> {
  const bytes = await disk.readFile(branchFile(identity))
  if (!bytes) return firstBranch
  const name = Buffer.from(bytes).toString('utf8').trim()
  if (!isName(name))
    throw new IsconfError('STATE_DAMAGED', `${branchFile(identity)} does not hold the name of a branch`)
  return name as BranchName
}

function branchFile({ home }: Identity): string {
  return `${home}/conf/branch`
}
