/**
 * Every verb that changes a host, cut or failed at each of its disk calls: after a restart the host is where it was before
 * the verb, or after it; what was acknowledged is there; and the verb, done again, comes to the same end.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { toLine } from '../../src/journal/changeset.ts'
import { Cluster, codeOf, type SimHost } from '../sim/cluster.ts'
import { CutDisk } from '../sim/cut-disk.ts'
import type { UnsyncedFate } from '../sim/disk.ts'
import { type Fault, SimFileCalls } from '../sim/file-calls.ts'
import { SimMachine } from '../sim/machine.ts'
import { seededRandom } from '../sim/random.ts'
import { chainOf, execOf, following } from './changesets.ts'

interface Flow {
  readonly verb: readonly string[]
  /** Verbs that are done before. */
  readonly before?: readonly (readonly string[])[]
  /** Changesets that another host has made, before that: lines of one branch. */
  readonly lines?: readonly ReturnType<typeof chainOf>[]
  /** States between that are no harm, because the host says them and names the way on. */
  readonly between?: (before: State, after: State) => readonly Partial<State>[]
  /** The way on from there, when it is not the verb again, and where it ends. */
  readonly on?: readonly string[]
  readonly end?: Partial<State>
}

const [onward, two] = [chainOf(['one', 'two', 'three']), chainOf(['c1', 'c2'])]
const split = [two, chainOf(['l1'], two[1]), chainOf(['r1'], two[1])]
const failing = [following(undefined, { operations: [execOf('fail', '1', 'x'), execOf('append', '/log', 'x')] })]
const lock = ['lock', 'why']
const append = ['exec', 'append', '/log', 'a']

const flows: Readonly<Record<string, Flow>> = {
  lock: { verb: lock },
  unlock: { before: [lock], verb: ['unlock'] },
  'unlock with work': { before: [lock, append], verb: ['unlock'] },
  snap: { before: [lock], verb: ['snap', '/etc/motd'] },
  exec: {
    before: [lock],
    verb: append,
    // It may have run, and whatever it did may be here.
    between: (before) => [{ ...before, deviations: ['failed'] }],
    end: { deviations: ['failed'] },
  },
  'ci of nothing': { before: [lock], verb: ['ci'] },
  ci: { before: [lock, append, append], verb: ['ci'] },
  'wip-undo': {
    before: [lock, ['snap', '/etc/motd']],
    verb: ['wip-undo', '1'],
    between: (before, { deviations }) => [{ ...before, deviations }],
  },
  'wip-drop': { before: [lock, append, ['unlock']], verb: ['wip-drop'] },
  up: {
    lines: [onward],
    verb: ['up'],
    // One operation after the other, and one may be under way.
    between: (before) =>
      ['', '1:0', '2:0', '3:0'].flatMap((done) => [true, false].map((isStopped) => ({ ...before, done, isStopped }))),
  },
  skip: { lines: [failing], before: [['up']], verb: ['skip', `${failing[0]?.id}:0`, 'why'] },
  void: { lines: [two], before: [['up'], lock], verb: ['void', `${two[1]?.id}:0`, 'why'] },
  fork: {
    lines: [two],
    before: [['up']],
    verb: ['fork', 'web'],
    between: (before, after) => [{ ...after, branch: before.branch }],
    on: ['migrate', 'web'],
  },
  migrate: { lines: [two], before: [['up'], ['fork', 'web']], verb: ['migrate', 'generic'] },
  'hold-branch': { before: [lock], verb: ['hold-branch', 'why'] },
  'release-branch': { before: [lock, ['hold-branch', 'why'], ['ci'], lock], verb: ['release-branch', 'why'] },
  hold: { verb: ['hold', 'why'] },
  release: { before: [['hold', 'why']], verb: ['release', 'why'] },
  'bank-add': { before: [lock], verb: ['bank-add', '/etc/motd'] },
  'bank-remove': { before: [lock, ['bank-add', '/etc/motd'], ['ci'], lock], verb: ['bank-remove', 'motd'] },
  resolve: { lines: split, verb: ['resolve', split[1]?.[0]?.id ?? ''] },
}

/** What a host says of itself and keeps. */
async function stateOf({ daemon }: SimHost) {
  const { branch, branches, history, hold, work, resolutions, deviations, rebuild } = daemon
  const { done, stopped } = history.standing
  const { header, operations } = work
  const isHeld = header !== undefined && branch.state.lock?.id === header.lock
  const events: string[] = []
  for await (const { event } of history.entriesFromEnd()) if (isOfHold(event)) events.unshift(event)
  return {
    branch: branch.name as string,
    branches: branches
      .all()
      .map(({ name, journal, others, state }) => `${name} ${journal.length} ${others.size} ${state.lock?.message}`)
      .sort(),
    done: done ? `${branch.journal.sequenceOf(done.id)}:${done.index}` : '',
    isStopped: stopped !== undefined,
    // Without its lock, and with nothing done, it is none.
    work: isHeld || operations.length > 0 ? operations.length : undefined,
    resolutions: resolutions.all.length,
    isHeld: hold.value !== undefined,
    holds: events,
    deviations: deviations.all.map(({ kind }) => kind as string),
    needsRebuild: rebuild.reason !== undefined,
  }
}

type State = Awaited<ReturnType<typeof stateOf>>

function isOfHold(event: string): boolean {
  return event === 'held' || event === 'released'
}

/** How a verb is interrupted: how its call goes wrong, and what becomes of what was not synced. */
interface Cut {
  readonly kind: Fault
  /** All later calls go wrong, too. */
  readonly forAll?: boolean
  readonly fate: UnsyncedFate
  /** The next start is cut, too. */
  readonly again?: true
  /** There is no next start: the daemon goes on. */
  readonly goesOn?: true
}

class Stage {
  readonly #cluster: Cluster
  readonly #host: SimHost
  readonly #flow: Flow
  #prepared = new SimFileCalls(seededRandom(1))

  private constructor(cluster: Cluster, flow: Flow) {
    this.#cluster = cluster
    this.#host = cluster.host('alder')
    this.#flow = flow
  }

  static async of(flow: Flow): Promise<Stage> {
    const stage = new Stage(await Cluster.of(1, ['alder']), flow)
    const disk = await stage.begin(1)
    for (const line of flow.lines ?? []) await stage.#host.daemon.branch.take(line.map(toLine), 'test')
    for (const words of flow.before ?? []) await stage.ask(words)
    await stage.#cluster.clock.until(stage.#host.stop())
    stage.#prepared = disk.calls
    return stage
  }

  state(): Promise<State> {
    return this.#cluster.clock.until(stateOf(this.#host))
  }

  /** The host runs, with what was prepared. */
  async begin(seed: number): Promise<CutDisk> {
    this.#host.crash()
    const disk = new CutDisk(this.#prepared.copy(seededRandom(seed)))
    this.#host.disk = disk
    this.#host.machine = new SimMachine(this.#cluster.clock)
    this.#host.machine.write('/etc/motd', 'hello')
    await this.start()
    return disk
  }

  async start(): Promise<void> {
    await this.#cluster.clock.until(this.#host.start())
  }

  async ask(words: readonly string[] = this.#flow.verb): Promise<string> {
    return codeOf(await this.#cluster.ask('alder', ...words))
  }

  /** Does the verb with a call that goes wrong, starts the host again, and checks what it finds and how it goes on. */
  async interrupted(
    { kind, forAll = false, fate, again, goesOn }: Cut,
    at: number,
    before: State,
    after: State,
  ): Promise<void> {
    const disk = await this.begin(at)
    disk.calls.onDeath = () => this.#host.crash(fate)
    disk.calls.fault = { at: disk.calls.count + at, kind, forAll }
    const outcome = await this.ask()
    const where = `${kind} at call ${at}, ${disk.calls.made.at(-1)}, then ${fate}; ${outcome}`
    disk.calls.fault = undefined
    if (!goesOn) {
      this.#host.crash(fate)
      if (again) await this.#startCut(1 + (at % 5))
      await this.start()
    }
    const found = await this.state()
    const { between, on, end } = this.#flow
    if (outcome === 'done') assert.deepEqual(found, after, where)
    if ([after, goesOn ? { ...after, ...end } : after].some((one) => isDeepStrictEqual(one, found))) return
    const isBetween = between?.(before, after).some((one) => isDeepStrictEqual(one, found)) ?? false
    // What a daemon that goes on knows may be less than a start finds; then the verb again finishes it.
    if (!isBetween && !goesOn) assert.deepEqual(found, before, where)
    assert.equal(await this.ask(isBetween ? on : undefined), 'done', where)
    assert.deepEqual(await this.state(), isBetween ? { ...after, ...end } : after, where)
  }

  /** A start that loses its power at a call, and with it all that was not synced. */
  async #startCut(at: number): Promise<void> {
    const { calls } = this.#host.disk as CutDisk
    calls.onDeath = () => this.#host.crash('lost')
    calls.fault = { at: calls.count + at, kind: 'dies before' }
    await this.start()
    calls.fault = undefined
    this.#host.crash('lost')
  }
}

const cuts: readonly Cut[] = [
  { kind: 'dies before', fate: 'lost' },
  { kind: 'dies before', fate: 'chance' },
  { kind: 'dies before', fate: 'kept', again: true },
  { kind: 'EIO', fate: 'kept' },
  { kind: 'EIO', fate: 'kept', goesOn: true },
  { kind: 'ENOSPC', forAll: true, fate: 'kept' },
]

for (const [name, flow] of Object.entries(flows)) {
  test(`${name}, cut or failed at each of its disk calls, is done or not done after a restart`, async () => {
    const stage = await Stage.of(flow)
    const disk = await stage.begin(1)
    const before = await stage.state()
    const first = disk.calls.count
    assert.equal(await stage.ask(), 'done')
    const after = await stage.state()
    assert.notDeepEqual(after, before)
    const calls = disk.calls.count - first
    for (const cut of cuts) for (let at = 1; at <= calls + 1; at += 1) await stage.interrupted(cut, at, before, after)
  })
}
