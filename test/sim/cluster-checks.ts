/** The promises of the design, looked at from outside after every step of a run. */
import { type BranchName, type ChangesetId, parseOperationKey, unreachable } from '../../src/base/index.ts'
import { type Branch, operationsDone } from '../../src/branch/index.ts'
import {
  blobOf,
  type Journal,
  type Operation,
  publicKeyText,
  type RemovalOperation,
  type SnapOperation,
} from '../../src/journal/index.ts'
import type { Installation } from '../../src/machine/index.ts'
import type { Cluster } from './cluster.ts'
import { Holders } from './cluster-holders.ts'
import type { SimHost } from './cluster-host.ts'
import { PowerFailure, type SimDisk } from './disk.ts'
import { isAlike } from './latest-versions.ts'
import { SimMachine } from './machine.ts'

/** A promise that does not hold; the message names the host and what was found. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** A change of several steps may be looked at in the middle: it is looked at again until this much time has passed. */
const settleMsMax = 2_000
const signal = new AbortController().signal

/** What a host was seen to hold. */
interface Seen {
  readonly ids: Set<ChangesetId>
  readonly journalByBranch: Map<BranchName, readonly ChangesetId[]>
}

export class Checks {
  readonly #cluster: Cluster
  /** Nothing in this run comes between the hosts: then there must be one history. */
  readonly #isWhole: boolean
  readonly #seenByHost = new Map<SimHost, Seen>()
  readonly #honestKeys: ReadonlySet<string>
  /** Machines as they are after a changeset and all before it, by its id and what was left out. */
  readonly #machineAfter = new Map<string, SimMachine>()
  /** What was snapped, by its hash. */
  readonly #contentByBlob: ReadonlyMap<string, string>
  readonly #holders = new Holders()
  readonly #splitAtBegin = new Set<SimHost>()
  /** How many operations a host had done when it was first seen to know of a split. */
  readonly #doneAtSplit = new Map<SimHost, number>()
  /** Changesets that a `ci` has acknowledged. */
  readonly acknowledged = new Set<ChangesetId>()
  /**
   * Hosts whose machine is not what history and work say, with what was typed there and cut short; done again it
   * makes them clean. Nothing is typed that can do so when a file was written and its snap was refused.
   */
  readonly dirty = new Map<SimHost, readonly string[] | undefined>()

  constructor(cluster: Cluster, contentByBlob: ReadonlyMap<string, string>) {
    this.#cluster = cluster
    const { partitionRate, cutRate, hangRate, crashRate, crashAtByteRate } = cluster.faults
    this.#isWhole = partitionRate + cutRate + hangRate + crashRate + crashAtByteRate === 0
    this.#contentByBlob = contentByBlob
    this.#honestKeys = new Set(cluster.hosts.map(({ key }) => publicKeyText(key)))
  }

  /** Checks every running host; throws a {@link BrokenPromise}. */
  async afterStep(): Promise<void> {
    for (const host of this.#cluster.hosts) {
      if (this.#isWhole && host.isUp && host.daemon.branch.isSplit) {
        throw new BrokenPromise(`${host.name}: a split, though every host could always reach every other`)
      }
      await this.#settled(host, () => this.#keepsWhatItHad(host))
      await this.#settled(host, () => this.#isPrefix(host))
      await this.#settled(host, () => this.#staysBeforeSplit(host))
    }
  }

  /** Somebody types a verb. */
  begins(host: SimHost, verb: string): void {
    if (host.daemon.branch.isSplit) this.#splitAtBegin.add(host)
    else this.#splitAtBegin.delete(host)
    this.#holders.begins(host, verb)
  }

  /** Nobody changes a split branch; and see {@link Holders}. */
  ends(host: SimHost, words: readonly string[], isDone: boolean): void {
    const [verb = ''] = words
    const changesBranch = ['lock', 'ci', 'unlock', 'fork'].includes(verb)
    if (isDone && changesBranch && this.#splitAtBegin.has(host)) {
      throw new BrokenPromise(`${host.name}: ${verb} was done on a branch that was known there to be split`)
    }
    const failure = this.#holders.ends(host, words, isDone)
    if (this.#isWhole && failure !== undefined) throw new BrokenPromise(failure)
  }

  /** A `ci` has told that `count` hosts have it. */
  async acknowledge(id: ChangesetId, count: number): Promise<void> {
    this.acknowledged.add(id)
    let holders = 0
    for (const host of this.#cluster.hosts) if (await hasOnDisk(host, id)) holders += 1
    if (holders < count) throw new BrokenPromise(`ci said ${count} hosts have ${id}, but ${holders} do`)
  }

  /** The host begins again with nothing. */
  forget(host: SimHost): void {
    this.#seenByHost.delete(host)
    this.#doneAtSplit.delete(host)
    this.dirty.delete(host)
  }

  /** Whether all that the journals of a host hold and name is also on another that runs. */
  async isSpare(host: SimHost): Promise<boolean> {
    const others = this.#cluster.up.filter((one) => one !== host)
    const ids = [...(this.#seenByHost.get(host)?.ids ?? [])]
    const blobs = host.isUp ? await blobsNamedOn(host) : []
    return (
      ids.every((id) => others.some((other) => holds(other, id))) &&
      blobs.every((id) => others.some((other) => other.daemon.deps.store.has(id)))
    )
  }

  /** The machine of a host that has done the first `count` operations of a journal, but for some, and nothing else. */
  async machineAt(journal: Journal, count: number, leftOut: ReadonlySet<string> = new Set()): Promise<SimMachine> {
    let machine = new SimMachine()
    const without = [...leftOut].join(' ')
    for await (const { id, changeset } of journal.changesetsAfter(0)) {
      const { operationsBefore, operations } = changeset
      const wanted = operations.slice(0, Math.max(0, count - operationsBefore))
      const known = this.#machineAfter.get(`${id} ${without}`)
      if (known && wanted.length === operations.length) {
        machine = known
        continue
      }
      machine = machine.copy()
      for (const [index, operation] of wanted.entries())
        if (!leftOut.has(`${id}:${index}`)) await this.#do(machine, operation)
      if (wanted.length < operations.length) return machine
      this.#machineAfter.set(`${id} ${without}`, machine)
    }
    return machine
  }

  /** Looks again for a while before it believes a failure. */
  async #settled(host: SimHost, check: () => Promise<string | undefined>): Promise<void> {
    const stepMs = 50
    for (let waitedMs = 0; ; waitedMs += stepMs) {
      const failure = host.isUp ? await check() : undefined
      if (failure === undefined) return
      if (waitedMs >= settleMsMax) throw new BrokenPromise(`${host.name}: ${failure}`)
      await this.#cluster.run(stepMs)
    }
  }

  /** Append only, nothing lost, nothing from a stranger. */
  async #keepsWhatItHad(host: SimHost): Promise<string | undefined> {
    const seen: Seen = this.#seenByHost.get(host) ?? { ids: new Set(), journalByBranch: new Map() }
    this.#seenByHost.set(host, seen)
    for (const id of seen.ids) if (!holds(host, id)) return `lost changeset ${id}`
    for (const branch of host.daemon.branches.all()) {
      const ids = idsOf(branch.journal)
      const before = seen.journalByBranch.get(branch.name) ?? []
      const isContinued = before.every((id, index) => ids[index] === id)
      if (!isContinued && !isSetAside(host, branch, before)) return `journal of ${branch.name} is not what it was`
      const stranger = await this.#note(branch, seen)
      if (stranger) return `took changeset ${stranger} from a stranger`
      seen.journalByBranch.set(branch.name, ids)
    }
    return undefined
  }

  /** Notes what is on a branch; a changeset that no host of the cluster has signed. */
  async #note(branch: Branch, seen: Seen): Promise<ChangesetId | undefined> {
    for (const journal of [branch.journal, ...[...branch.others.entries()].map(([, other]) => other)]) {
      const stranger = await this.#strangerIn(journal, seen)
      if (stranger) return stranger
      for (const id of idsOf(journal)) seen.ids.add(id)
    }
    return undefined
  }

  async #strangerIn(journal: Journal, seen: Seen): Promise<ChangesetId | undefined> {
    for (let sequence = 1; sequence <= journal.length; sequence += 1) {
      if (seen.ids.has(journal.idAt(sequence))) continue
      const { id, changeset } = await journal.changesetAt(sequence)
      if (!this.#honestKeys.has(changeset.key)) return id
    }
    return undefined
  }

  /** The machine is what a prefix of the journal makes of an empty one, plus the work in progress. */
  async #isPrefix(host: SimHost): Promise<string | undefined> {
    if (host.busyWith || this.dirty.has(host)) return undefined
    const { branch, history, work } = host.daemon
    const { done, stopped } = history.standing
    const sequence = done ? branch.journal.sequenceOf(done.id) : 0
    if (sequence === undefined) return `is on branch ${branch.name}, which has not what it did last: ${done?.id}`
    const before = sequence === 0 ? 0 : (await branch.journal.changesetAt(sequence)).changeset.operationsBefore
    const count = before + (done ? done.index + 1 : 0)
    const begun = Math.max(await begunOn(host), stopped ? count + 1 : 0)
    const maybe = await leftOutOn(host)
    for (const leftOut of maybe) if (await this.#isAfter(host, count, begun, leftOut)) return undefined
    const machine = await this.machineAt(branch.journal, count, maybe[0])
    return `after ${count} operations and ${work.operations.length} of its own has\n${host.machine.tree}\nand should have\n${machine.tree}`
  }

  /** Whether the machine is what `count` operations and the work make, or the first `begun`: what was interrupted may be done or not. */
  async #isAfter(host: SimHost, count: number, begun: number, leftOut: ReadonlySet<string>): Promise<boolean> {
    const { branch, work } = host.daemon
    const machine = (await this.machineAt(branch.journal, count, leftOut)).copy()
    for (const operation of work.operations) await this.#do(machine, operation)
    if (await isAlike(host, machine)) return true
    for (let more = count + 1; more <= begun; more += 1)
      if (await isAlike(host, await this.machineAt(branch.journal, more, leftOut))) return true
    return false
  }

  /** A host that knows of a split does nothing that comes after it. */
  async #staysBeforeSplit(host: SimHost): Promise<string | undefined> {
    if (host.busyWith) return undefined
    const { branch, history } = host.daemon
    if (!branch.isSplit) this.#doneAtSplit.delete(host)
    if (!branch.isSplit || history.standing.done === undefined) return undefined
    const count = await operationsDone(branch, history.standing.done)
    const before = this.#doneAtSplit.get(host) ?? count
    this.#doneAtSplit.set(host, before)
    const last = branch.commonLength > 0 ? (await branch.journal.changesetAt(branch.commonLength)).changeset : undefined
    const common = last ? last.operationsBefore + last.operations.length : 0
    if (count <= Math.max(before, common)) return undefined
    return `has passed a split after ${common} operations: it has done ${count}`
  }

  async #do(machine: SimMachine, operation: Operation): Promise<void> {
    switch (operation.type) {
      case 'snap':
        if (operation.kind === 'removal') await machine.remove(operation.path)
        else await machine.install([this.#installationOf(operation)])
        return
      case 'exec':
        await machine.run(operation, () => undefined, signal)
        return
      case 'reboot':
      case 'bank':
      case 'void':
      case 'hold':
      case 'release':
      case 'unknown':
        return
      default:
        unreachable(operation)
    }
  }

  #installationOf(operation: Exclude<SnapOperation, RemovalOperation>): Installation {
    if (operation.kind === 'directory') return { kind: operation.kind, attributes: operation }
    if (operation.kind === 'symlink') return { kind: operation.kind, attributes: operation }
    const { id } = operation.blob
    return { kind: 'file', attributes: operation, content: () => this.#contentOf(id), sha256: id }
  }

  async *#contentOf(id: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(this.#contentByBlob.get(id) ?? '')
  }
}

/** What a host never did, by its history; with, and without, what it had begun before it became void. */
async function leftOutOn({ daemon }: SimHost): Promise<readonly ReadonlySet<string>[]> {
  let all: readonly ReadonlySet<string>[] = [new Set()]
  for await (const entry of daemon.history.entriesFromEnd()) {
    if (entry.event !== 'skipped' && entry.event !== 'passedOver') continue
    const without = all.map((leftOut) => new Set([...leftOut, entry.operation]))
    all = entry.event === 'passedOver' && entry.begun ? [...without, ...all] : without
  }
  return all
}

/** How many operations of its journal a host has begun, as its history says it. */
async function begunOn({ daemon: { branch, history } }: SimHost): Promise<number> {
  for await (const entry of history.entriesFromEnd()) {
    if (entry.event !== 'started') continue
    const { id, index } = parseOperationKey(entry.through ?? entry.operation)
    const sequence = branch.journal.sequenceOf(id)
    if (sequence === undefined) return 0
    return (await branch.journal.changesetAt(sequence)).changeset.operationsBefore + index + 1
  }
  return 0
}

/** The ids of a journal, oldest first. */
export function idsOf(journal: Journal): readonly ChangesetId[] {
  return Array.from({ length: journal.length }, (_, index) => journal.idAt(index + 1))
}

/** Whether a changeset is on a host's disk, whether it runs or not. */
async function hasOnDisk({ disk }: SimHost, id: ChangesetId): Promise<boolean> {
  try {
    return await isOn(disk, id)
  } catch (error) {
    if (!(error instanceof PowerFailure)) throw error
    // The host dies at this moment; what was synced is there when it comes back.
    return isOn(disk.crash('lost'), id)
  }
}

async function isOn(disk: SimDisk, id: ChangesetId): Promise<boolean> {
  const directory = '/is/branches'
  for (const branch of await disk.list(directory)) {
    for (const name of await disk.list(`${directory}/${branch}`)) {
      const bytes = await disk.readFile(`${directory}/${branch}/${name}`)
      if (/^(journal|other-.*)$/.test(name) && Buffer.from(bytes ?? []).includes(`"id":"${id}"`)) return true
    }
  }
  return false
}

async function blobsNamedOn(host: SimHost): Promise<readonly string[]> {
  const ids: string[] = []
  for (const { journal } of host.daemon.branches.all()) {
    for await (const { changeset } of journal.changesetsAfter(0)) {
      ids.push(...changeset.operations.flatMap((one) => blobOf(one)?.id ?? []))
    }
  }
  return ids
}

/** Whether a running host has the changeset, on whatever line. */
function holds(host: SimHost, id: ChangesetId): boolean {
  if (!host.isUp) return false
  return host.daemon.branches
    .all()
    .some(({ journal, others }) => journal.has(id) || [...others.entries()].some(([, other]) => other.has(id)))
}

/** Whether a journal that is no more the branch's is another branch's now: a split was resolved against it. */
function isSetAside(host: SimHost, branch: Branch, ids: readonly ChangesetId[]): boolean {
  return host.daemon.branches.all().some((other) => other !== branch && ids.every((id) => other.journal.has(id)))
}
