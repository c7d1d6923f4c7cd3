/**
 * Keeps every file that the journals name on this host's disk. Files are fetched from the others as soon as a changeset
 * arrives, so that `up` seldom waits and every host can serve every other.
 */
import {
  type BlobRef,
  type ByteRange,
  type ChangesetId,
  IsconfError,
  pieceBytes,
  toIsconfError,
} from '../../base/index.ts'
import type { Branch } from '../../branch/index.ts'
import { blobsOf, type SignedChangeset } from '../../journal/index.ts'
import { filesOfOneQuestion, Slots } from '../../transfer/index.ts'
import type { CountListener } from '../exchange.ts'
import { ArrivingBlobs } from './arriving-blobs.ts'
import { Askers } from './askers.ts'
import type { BlobReplicatorDeps } from './blob-replicator-deps.ts'
import { fetchIntoStore } from './fetch-into-store.ts'
import { filesCheckedUpTo, noteFilesChecked } from './files-checked.ts'
import { fetchTogether, togetherMin } from './files-together.ts'
import { findHolders, serveHolders } from './holders.ts'
import { IncomingBytes } from './incoming-bytes.ts'
import { RecordedHolders } from './recorded-holders.ts'
import { answerStored, hostsWithFiles } from './stored-question.ts'

/** How many blobs are fetched at once, each from several hosts: two large ones, or more of those that mostly wait. */
const fetchWeightMax = 8
const weightOf = ({ sizeBytes }: BlobRef): number => (sizeBytes > pieceBytes ? 4 : 1)
/**
 * How many fetches that somebody waits for may run beside those in the background: with more, they would take each
 * other's streams, and each would seem to get nothing.
 */
const demandedMax = 4
/** How long a fetch waits while no host has what is missing. */
const missingMs = 15_000
/** Between two tries in the background. */
const retryMs = 15_000

export class BlobReplicator {
  readonly #deps: BlobReplicatorDeps
  readonly #stopping = new AbortController()
  /** Blobs that the journals name and that are not here, each with the fetch that is under way. */
  readonly #fetchById = new Map<string, Promise<void>>()
  readonly #wanted = new Map<string, BlobRef>()
  readonly #idle = new Set<() => void>()
  /** The weight of the fetches under way. */
  #running = 0
  readonly #readings: ArrivingBlobs
  readonly #recorded: RecordedHolders
  readonly #demanded = new Slots<'somebody'>(demandedMax, demandedMax)
  /** Hears who asks for what is fetched here. */
  readonly askers = new Askers()
  /** What is arriving, and what waits for room on the disk. */
  readonly incoming: IncomingBytes
  readonly #oneByOne = new Slots<'somebody'>(fetchWeightMax, fetchWeightMax)

  constructor(deps: BlobReplicatorDeps) {
    this.#deps = deps
    this.#recorded = new RecordedHolders(deps)
    this.incoming = new IncomingBytes(deps)
    this.#readings = new ArrivingBlobs(deps.store, (ref) => this.#demand(ref))
  }

  /** Begins to answer, and to look for files that the journals name and the store lacks. */
  start(): void {
    answerStored(this.#deps, (refs) => this.#untilHere(refs))
    serveHolders(this.#deps.transport, this.#deps.clock)
    this.#deps.transport.onPeer(({ type }) => {
      if (type === 'up') this.#work()
    })
    this.lookForMissing()
  }

  /** Looks in the background for files that the journals name and the store lacks. */
  lookForMissing(): void {
    this.#lookForMissing().catch((error: unknown) => {
      this.#deps.log.error({ code: toIsconfError(error).code }, `cannot look for missing files: ${String(error)}`)
    })
  }

  stop(): void {
    this.#stopping.abort(new IsconfError('INTERRUPTED', 'the daemon stops'))
  }

  /** Fetches in the background what changesets name. */
  async want(changesets: readonly SignedChangeset[]): Promise<void> {
    for (const signed of changesets) {
      for (const ref of blobsOf(signed)) {
        if (this.#deps.store.has(ref.id)) continue
        this.#wanted.set(ref.id, ref)
        this.#recorded.note(ref, signed)
      }
    }
    this.#work()
  }

  /** Fetches a blob now. BLOB_MISSING if no reachable host has it. */
  fetch(ref: BlobRef, signal: AbortSignal): Promise<void> {
    const underWay = this.#demand(ref)
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const give = (): void => reject(signal.reason)
      signal.addEventListener('abort', give, { once: true })
      underWay.then(resolve, reject).finally(() => signal.removeEventListener('abort', give))
    })
  }

  /** A part of a blob, piece by verified piece, even while it arrives. BLOB_MISSING if the rest can't be had. */
  read(ref: BlobRef, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    return this.#readings.read(ref, range, signal)
  }

  /** On how many of the connected hosts every file of a changeset is on disk; asked once, waited for a while. */
  hostsWith(branch: Branch, id: ChangesetId, told?: CountListener): Promise<number> {
    return hostsWithFiles(this.#deps, branch.name, id, told)
  }

  /**
   * Looks at one file after the other: if all of a thousand were checked whenever one arrives, that would be a million
   * checks.
   */
  async #untilHere(refs: readonly BlobRef[]): Promise<void> {
    for (const { id } of refs) {
      while (!this.#deps.store.has(id)) await new Promise<void>((resolve) => this.#idle.add(resolve))
    }
  }

  #work(): void {
    this.#workTogether()
    for (const ref of this.#wanted.values()) {
      if (this.#running + weightOf(ref) > fetchWeightMax || this.#stopping.signal.aborted) return
      if (!this.#fetchById.has(ref.id)) this.#begin(ref).catch(() => this.#retryLater())
    }
  }

  /**
   * Asks for small files together if there are many. What does not come that way, and what is large, is fetched one by
   * one.
   */
  #workTogether(): void {
    if (this.#running >= fetchWeightMax || this.#stopping.signal.aborted) return
    const waiting = [...this.#wanted.values()].filter(({ id }) => !this.#fetchById.has(id))
    const files = filesOfOneQuestion(waiting)
    if (files.length < togetherMin || this.#deps.transport.peers().length === 0) return
    const here = this.incoming.ifRoom(files, () => {
      const find = (ref: BlobRef) => findHolders({ ...this.#deps, recorded: this.#recorded }, ref)
      return fetchTogether({ ...this.#deps, findHolders: find }, files, this.#stopping.signal)
    })
    const one = (ref: BlobRef) => here.then(() => this.#oneByOne.run('somebody', () => this.#fetchNow(ref)))
    for (const ref of files) this.#begin(ref, () => one(ref)).catch(() => this.#retryLater())
  }

  #retryLater(): void {
    if (!this.#stopping.signal.aborted) this.#deps.clock.after(retryMs, () => this.#work())
  }

  /** Joins a fetch that is under way, or begins one when its turn comes. */
  #demand(ref: BlobRef): Promise<void> {
    return (
      this.#fetchById.get(ref.id) ?? this.#begin(ref, () => this.#demanded.run('somebody', () => this.#fetchNow(ref)))
    )
  }

  #begin(ref: BlobRef, work = () => this.#fetchNow(ref)): Promise<void> {
    this.#running += weightOf(ref)
    const fetch = work().finally(() => {
      this.#running -= weightOf(ref)
      this.#fetchById.delete(ref.id)
      for (const wake of this.#idle) wake()
      this.#idle.clear()
    })
    this.#fetchById.set(ref.id, fetch)
    fetch.then(
      () => this.#work(),
      () => undefined,
    )
    return fetch
  }

  async #fetchNow(ref: BlobRef): Promise<void> {
    const { store, log } = this.#deps
    if (!(await store.has(ref.id))) {
      const { signal } = this.#stopping
      const parts = { ...this.#deps, askers: this.askers, readings: this.#readings, recorded: this.#recorded }
      await this.incoming.during(ref, () => fetchIntoStore(parts, ref, { missingMs, signal }))
      log.info({ blob: ref.id, sizeBytes: ref.sizeBytes }, 'fetched a file')
    }
    this.#wanted.delete(ref.id)
    this.#recorded.forget(ref)
  }

  /** After a start, changesets that were checked before are not looked at again. */
  async #lookForMissing(): Promise<void> {
    for (const branch of this.#deps.branches.all()) {
      const checked = await filesCheckedUpTo(this.#deps.disk, branch)
      for await (const signed of branch.journal.changesetsAfter(checked)) {
        if (this.#stopping.signal.aborted) return
        await this.want([signed])
      }
      if (this.#wanted.size === 0) await noteFilesChecked(this.#deps.disk, branch)
    }
  }
}
