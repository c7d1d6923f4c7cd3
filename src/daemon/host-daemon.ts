/**
 * One host's daemon: makes the parts, joins them, starts and stops them in
 * order. Everything that touches the world is handed in, so that the same
 * code runs in the simulated world.
 */
import { type Agreement, keeperlessAgreement } from '../agreement/index.ts'
import { Banks, type Branch, type Branches } from '../branch/index.ts'
import {
  type Deviations,
  type History,
  type HoldMark,
  type KeptOutputs,
  type LeftDomain,
  leftText,
  type RebuildMark,
  settleHold,
} from '../host/index.ts'
import { answer, type PeerId } from '../mesh/index.ts'
import { type BranchingDeps, recoverWork, type WorkInProgress } from '../origin/index.ts'
import { dropUnskipped, type InstalledEarly } from '../replay/index.ts'
import {
  agreeBytesMax,
  agreeProtocol,
  BlobReplicator,
  Inventory,
  journalSource,
  meshVoters,
  type OwnWords,
  ReachablePeers,
  Replicator,
  type Resolutions,
  serveJournal,
  serveOutputs,
  serveRehearsals,
} from '../replication/index.ts'
import { serveBlobs } from '../transfer/index.ts'
import type { CurrentBranch } from './current-branch.ts'
import type { DaemonDeps, Identity } from './daemon-deps.ts'
import type { DamagedFiles } from './damaged-files.ts'
import { distinctIdentity } from './distinct-identity.ts'
import type { EventBus } from './events/event-bus.ts'
import { eventsOf } from './events/events-of.ts'
import { HostWatch } from './events/host-watch.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { ownWords } from './own-words.ts'
import { rehearseForPeer } from './rehearsal-for-peer.ts'
import { openState, type StateOnDisk } from './state-on-disk.ts'
import { WorkWarnings } from './work-warnings.ts'

export class HostDaemon {
  readonly identity: Identity
  readonly deps: DaemonDeps
  readonly branches: Branches
  readonly history: History
  readonly outputs: KeptOutputs
  readonly installedEarly: InstalledEarly
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  /** What was found on disk and can't be used. */
  readonly damaged: DamagedFiles
  readonly deviations: Deviations
  readonly hold: HoldMark
  /** The domains that this host has left. */
  readonly left: readonly LeftDomain[]
  readonly resolutions: Resolutions
  readonly reachable: ReachablePeers
  readonly replicator: Replicator
  readonly blobs: BlobReplicator
  readonly banks = new Banks()
  readonly warnings: WorkWarnings
  readonly events: EventBus
  /** Runs what changes this host, or needs it not to change. */
  readonly changes = new OneAtATime()
  readonly #agreement: Agreement
  readonly #current: CurrentBranch
  readonly #hostWatch: HostWatch

  private constructor(identity: Identity, deps: DaemonDeps, state: StateOnDisk) {
    this.identity = distinctIdentity(identity, deps.transport.self, () => this.replicator.inventory)
    this.deps = deps
    this.branches = state.branches
    this.history = state.history
    this.outputs = state.outputs
    this.installedEarly = state.installedEarly
    this.work = state.work
    this.rebuild = state.rebuild
    this.damaged = state.damaged
    this.deviations = state.deviations
    this.hold = state.hold
    this.left = state.left
    this.resolutions = state.resolutions
    this.warnings = new WorkWarnings(deps.warningFacts)
    this.#current = state.current
    const { branches, resolutions } = state
    const { transport, clock, random, log } = deps
    const known = (): Inventory => this.replicator.inventory
    const addressesOf = (peer: PeerId): readonly string[] => (deps.dialsOnlyNets ? [] : known().addressesOf(peer))
    this.blobs = new BlobReplicator({ ...deps, branches, hosts: () => known().all(), addressesOf })
    this.reachable = new ReachablePeers(transport)
    const words = (): OwnWords => ownWords(this)
    const path = `${identity.home}/conf/hosts`
    this.replicator = new Replicator({
      reachable: this.reachable,
      words,
      inventory: new Inventory({ ...deps, path, words }),
      bootRecord: deps.bootRecord,
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
    this.events = eventsOf(state, deps, this.identity)
    this.#hostWatch = new HostWatch({
      ...deps,
      inventory: this.replicator.inventory,
      tell: (news) => this.events.tell(news),
    })
    this.#agreement = keeperlessAgreement({
      clock,
      random,
      branchNamed: (name) => branches.heard(name),
      voters: meshVoters({ transport, clock, reachable: this.reachable, replicator: this.replicator }),
    })
  }

  /** Opens what is on disk unless that is done, finishes what a crash interrupted, and joins the others. */
  static async start(identity: Identity, deps: DaemonDeps, opened?: StateOnDisk): Promise<HostDaemon> {
    const daemon = new HostDaemon(identity, deps, opened ?? (await openState(identity, deps)))
    const { log } = deps
    for (const one of daemon.left) if (one.operations > 0) log.warn({}, `this host left the domain ${leftText(one)}`)
    await daemon.#followHistory()
    await dropUnskipped(daemon.origin())
    await daemon.replicator.inventory.open()
    await settleHold(daemon)
    for (const text of await recoverWork(daemon.origin())) log.warn({}, text)
    daemon.#join()
    return daemon
  }

  /** The branch this host is on. */
  get branch(): Branch {
    return this.#current.branch
  }

  /** What the verbs on the origin need. */
  origin(): BranchingDeps {
    const { identity, deps, branches, branch, history, outputs, installedEarly, work, rebuild, deviations } = this
    const goTo = (to: Branch): Promise<void> => this.#current.goTo(to)
    return {
      ...deps,
      ...identity,
      ...{ branches, branch, history, outputs, installedEarly, work, rebuild, deviations, goTo },
      agreement: this.#agreement,
    }
  }

  /** Stops the parts in the reverse order; nothing is on its way to disk when it returns. */
  async stop(): Promise<void> {
    this.#hostWatch.stop()
    await this.replicator.stop()
    this.blobs.stop()
    await this.deps.transport.close()
    await this.work.close()
    await this.history.close()
    await this.branches.close()
  }

  #join(): void {
    const { transport, store, clock } = this.deps
    serveJournal(transport, journalSource(this.branches))
    serveBlobs(transport, store, clock, { onAsked: this.blobs.askers.asked })
    serveRehearsals(transport, clock, (work, asker) => rehearseForPeer(this, work, asker))
    serveOutputs(transport, this.outputs)
    answer(transport, agreeProtocol, { requestBytesMax: agreeBytesMax, concurrentPerPeerMax: 8 }, (message) =>
      this.#agreement.answer(message),
    )
    this.replicator.start()
    this.#hostWatch.start()
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
    const branch = await this.#current.followDone(ids, this.resolutions.asides)
    if (!branch) return
    const text = `this host had followed the other line, and is now on branch ${branch.name}`
    this.deps.log.warn({ branch: branch.name }, text)
  }
}
