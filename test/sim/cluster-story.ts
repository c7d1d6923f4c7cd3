/** A run: people at random hosts change things while faults happen; then all is made whole, and must be alike. */
import { type ChangesetId, idPrefixLength, type Random, sha256Hex } from '../../src/base/index.ts'
import { Cluster, type Outcome } from './cluster.ts'
import { BrokenPromise, Checks } from './cluster-checks.ts'
import { makeWhole } from './cluster-ending.ts'
import { rebootMsMax, type SimHost, seedOf } from './cluster-host.ts'
import { Rogue } from './cluster-rogue.ts'
import { startAgain } from './cluster-start.ts'
import { Weather } from './cluster-weather.ts'
import type { Faults } from './faults.ts'
import { latestPath } from './latest-versions.ts'
import type { SimMachine } from './machine.ts'
import { chance, seededRandom } from './random.ts'

export interface StoryOptions {
  readonly seed: number
  readonly hosts: readonly string[]
  readonly faults: Faults
  readonly steps: number
}

/** A directory that is snapped as a whole. */
const treePath = '/srv/tree'

/** A verb takes no longer than this, whatever happens. */
const verbMsMax = 300_000

/** What each verb may answer with; anything else is a broken promise. */
const mayFailWith: Readonly<Record<string, readonly string[]>> = {
  lock: ['NEEDS_REBUILD', 'LOCKED', 'BEHIND', 'SPLIT', 'LOCK_CONTENDED', 'LOCK_LOST', 'DISK_FULL'],
  unlock: ['NOT_LOCKED', 'SPLIT', 'LOCK_CONTENDED', 'DISK_FULL'],
  exec: ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'COMMAND_FAILED', 'REBOOT_PENDING'],
  snap: ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING'],
  'bank-add': ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING', 'NO_SUCH_FILE', 'BANK_NAME_TAKEN'],
  'bank-remove': ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING', 'NOT_IN_BANK'],
  revert: [
    ...['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING'],
    ...['NO_SUCH_OPERATION', 'REVERT_REFUSED', 'USAGE', 'BLOB_MISSING', 'COMMAND_FAILED'],
  ],
  'wip-undo': ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING'],
  reboot: ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'COMMAND_FAILED'],
  ci: ['REBOOT_PENDING', 'NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'SPLIT', 'LOCK_CONTENDED', 'DISK_FULL'],
  up: ['HELD', 'OPERATION_FAILED', 'REBOOT_NEEDED', 'BLOB_MISSING', 'UNCHECKED_WORK', 'SPLIT', 'DISK_FULL'],
  void: ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING', 'NO_SUCH_OPERATION', 'NOT_VOIDABLE'],
  skip: ['NOT_NEXT', 'NO_SUCH_OPERATION', 'UNCHECKED_WORK', 'SPLIT', 'DISK_FULL'],
  resolve: ['NO_SUCH_LINE', 'DISK_FULL'],
  fork: ['BRANCH_EXISTS', 'UNCHECKED_WORK', 'NEEDS_REBUILD', 'SPLIT', 'LOCK_CONTENDED', 'DISK_FULL'],
  migrate: [
    ...['USAGE', 'NO_SUCH_BRANCH', 'NOT_A_SUPERSET'],
    ...['UNCHECKED_WORK', 'NEEDS_REBUILD', 'SPLIT', 'LOCK_CONTENDED', 'DISK_FULL'],
  ],
  'wip-drop': ['WIP_NOT_LOST', 'DISK_FULL'],
  hold: ['ALREADY_HELD', 'DISK_FULL'],
  release: ['NOT_HELD', 'DISK_FULL'],
  'hold-branch': ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING', 'ALREADY_HELD'],
  'release-branch': ['NOT_LOCKED', 'LOCKED', 'LOCK_LOST', 'DISK_FULL', 'REBOOT_PENDING', 'NOT_HELD'],
}

export class Story {
  readonly cluster: Cluster
  readonly checks: Checks
  readonly random: Random
  readonly #weather: Weather
  readonly #steps: number
  readonly #contentByBlob = new Map<string, string>()
  /** Verbs that nobody waited for. */
  readonly #underWay = new Set<Promise<void>>()
  readonly #rogue: Rogue | undefined
  #failure: unknown
  #count = 0

  private constructor(cluster: Cluster, { seed, steps, faults }: StoryOptions) {
    this.cluster = cluster
    this.checks = new Checks(cluster, this.#contentByBlob)
    this.random = seededRandom(seedOf(seed, 'story'))
    this.#weather = new Weather(cluster, faults)
    this.#steps = steps
    this.#rogue = faults.corruptingPeer ? new Rogue(cluster) : undefined
  }

  /** Lives the story to its end. Rejects with a {@link BrokenPromise} that shows the trace. */
  static async run(options: StoryOptions): Promise<Story> {
    const cluster = await Cluster.of(options.seed, options.hosts, options.faults)
    try {
      const story = new Story(cluster, options)
      await story.#live()
      return story
    } catch (error) {
      const reason = error instanceof Error ? error.stack : String(error)
      throw new BrokenPromise(`seed ${options.seed}: ${reason}\n\n${cluster.trace.join('\n')}`)
    } finally {
      cluster.end()
    }
  }

  async #live(): Promise<void> {
    for (let step = 0; step < this.#steps; step += 1) {
      await this.#weather.change()
      // Several at the same moment, now and then: that is where two could win.
      const people = chance(this.random, 0.3) ? 1 + this.random.below(this.cluster.hosts.length) : 1
      for (let one = 1; one < people; one += 1) void this.#someoneDoesSomething()
      const heard = this.#someoneDoesSomething()
      if (chance(this.random, 0.7)) await this.cluster.clock.until(heard, verbMsMax)
      await this.cluster.run(chance(this.random, 0.1) ? 15_000 : this.random.below(2_000))
      this.throwIfBroken()
      await this.checks.afterStep()
    }
    this.#rogue?.leave()
    await this.#weather.clear()
    await this.cluster.clock.until(Promise.all(this.#underWay), verbMsMax)
    this.throwIfBroken()
    // Who was told to reboot does so, and comes back.
    await this.cluster.run(rebootMsMax)
    for (const host of this.cluster.hosts) if (!host.isUp) await startAgain(this.cluster, host)
    await makeWhole(this)
  }

  /** Does a verb to its end, and looks at what came of it. */
  async ask(host: SimHost, ...words: readonly string[]): Promise<Outcome> {
    const [verb = ''] = words
    this.checks.begins(host, verb)
    const outcome = await this.cluster.clock.until(this.cluster.begin(host, words), verbMsMax)
    await this.#judge(host, words, outcome)
    return outcome
  }

  throwIfBroken(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** What the host's user was about and has to do again. */
  againOn(host: SimHost): readonly string[] | undefined {
    return this.checks.dirty.get(host)
  }

  /** Begins a verb somewhere; resolves when it has ended and was looked at. */
  #someoneDoesSomething(): Promise<void> {
    const idle = this.cluster.up.filter(({ busyWith }) => busyWith === undefined)
    // Who has the lock is busy; otherwise little would ever be checked in.
    const busy = idle.filter(({ daemon }) => daemon.work.header !== undefined)
    const those = busy.length > 0 && chance(this.random, 0.5) ? busy : idle
    const host = those[this.random.below(Math.max(1, those.length))]
    if (!host) return Promise.resolve()
    const words = this.againOn(host) ?? this.#choose(host)
    const [verb = ''] = words
    if (verb === 'snap') this.#prepare(host, words.at(-1) ?? '', words.includes('--delete'))
    this.checks.begins(host, verb)
    const done = this.cluster.begin(host, words).then((outcome) => this.#judge(host, words, outcome))
    const heard = done.catch((error: unknown) => {
      this.#failure ??= error
    })
    this.#underWay.add(heard)
    void heard.finally(() => this.#underWay.delete(heard))
    return heard
  }

  #choose(host: SimHost): readonly string[] {
    const { branch, work, history } = host.daemon
    const { lock } = branch.state
    const luck = this.random.below(100)
    this.#count += 1
    const anywhere = this.#chooseAnywhere(host)
    if (anywhere) return anywhere
    const isLost = work.operations.length > 0 && lock?.id !== work.header?.lock
    if (isLost && luck < 15) return ['wip-drop']
    if (work.header !== undefined && lock?.id === work.header.lock) return this.#chooseUnderLock(host, luck)
    const last = branch.journal.length > 0 ? branch.journal.head : undefined
    if (last !== history.standing.done?.id && luck < 70) return this.#chooseBehind(host, luck)
    const [lockBelow, unlockBelow] = lock ? [40, 50] : [80, 84]
    if (luck < lockBelow) return ['lock', `reason ${this.#count}`]
    if (luck < unlockBelow) return ['unlock']
    return luck < 95 ? ['ci'] : ['up']
  }

  /** What is done whatever the host is about. */
  #chooseAnywhere(host: SimHost): readonly string[] | undefined {
    if (chance(this.random, 0.08)) return this.#chooseBranch(host)
    const isHeld = host.daemon.hold.value !== undefined
    if (!chance(this.random, isHeld ? 0.3 : 0.02)) return undefined
    return [isHeld ? 'release' : 'hold', `because ${this.#count}`]
  }

  #chooseBehind(host: SimHost, luck: number): readonly string[] {
    // What was interrupted may have been done, whatever is said of it then.
    const mayBeDone = host.daemon.history.standing.stopped?.reason === 'it was interrupted'
    if (luck < 8 && !mayBeDone) return ['skip', this.#nextOf(host), `because ${this.#count}`]
    return luck < 60 ? ['up', '-r'] : ['up']
  }

  /** What a host would do next, or what it would if the changeset did not end there: somebody may be wrong. */
  #nextOf({ daemon: { branch, history } }: SimHost): string {
    const { journal } = branch
    const { done } = history.standing
    const sequence = done ? journal.sequenceOf(done.id) : 0
    if (done && (sequence === undefined || sequence >= journal.length || chance(this.random, 0.3)))
      return `${done.id}:${done.index + 1}`
    return `${journal.idAt((sequence ?? 0) + 1)}:0`
  }

  #chooseBranch({ daemon }: SimHost): readonly string[] {
    const others = daemon.branches.all().filter((branch) => branch !== daemon.branch)
    const other = others[this.random.below(Math.max(1, others.length))]
    const name = ['web', 'mail', 'generic'][this.random.below(3)] ?? ''
    return chance(this.random, 0.4) ? ['fork', name] : ['migrate', other?.name ?? name]
  }

  #chooseUnderLock(host: SimHost, luck: number): readonly string[] {
    const { journal } = host.daemon.branch
    if (luck < 5 && journal.length > 0) {
      const id = journal.idAt(1 + this.random.below(journal.length))
      return ['void', `${id}:${this.random.below(3)}`, `because ${this.#count}`]
    }
    if (luck < 41) return this.#command()
    if (luck < 56) return this.#snap()
    if (luck < 59) return this.#revert(host)
    if (luck < 60) return ['wip-undo', String(1 + this.random.below(3)), '--restore']
    if (luck < 66) return ['reboot']
    if (luck < 70) return this.#bank()
    if (luck < 75) return [luck < 72 ? 'hold-branch' : 'release-branch', `because ${this.#count}`]
    return luck < 92 ? ['ci'] : ['up']
  }

  #command(): readonly string[] {
    const text = `line ${this.#count}`
    switch (this.random.below(5)) {
      case 0:
        return ['exec', 'fail', '3']
      case 1:
        return ['exec', 'slow', String(this.random.below(3_000)), '/data/log', text]
      default:
        return ['exec', 'append', this.random.below(2) === 0 ? '/data/log' : '/data/other', text]
    }
  }

  #snap(): readonly string[] {
    const file = `/etc/file${this.random.below(4)}`
    switch (this.random.below(6)) {
      case 0:
        return ['snap', '--delete', this.random.below(2) === 0 ? file : treePath]
      case 1:
        return ['snap', treePath]
      case 2:
        return ['snap', '--latest', latestPath]
      default:
        return ['snap', file]
    }
  }

  #revert({ daemon }: SimHost): readonly string[] {
    const { journal } = daemon.branch
    if (journal.length === 0) return ['ci']
    const id = journal.idAt(1 + this.random.below(journal.length)).slice(0, idPrefixLength)
    // More than the changeset has commands is refused; less, too.
    const commands = Array.from({ length: this.random.below(3) }, () => `--with=append /data/log line ${this.#count}`)
    return ['revert', id, ...commands, chance(this.random, 0.5) ? '--delete' : '--keep', '--overwrite']
  }

  #bank(): readonly string[] {
    const name = `file${this.random.below(4)}`
    return chance(this.random, 0.3) ? ['bank-remove', name] : ['bank-add', `/etc/${name}`]
  }

  /** Somebody writes by hand what is snapped next. */
  #prepare({ machine }: SimHost, path: string, isRemoval: boolean): void {
    if (isRemoval) return
    if (path === treePath) {
      machine.makeDirectory(path, chance(this.random, 0.5) ? 0o755 : 0o700)
      machine.link(`${path}/link`, `target ${this.#count}`)
    }
    this.#writeFile(machine, path === treePath ? `${path}/file${this.random.below(3)}` : path)
  }

  #writeFile(machine: SimMachine, path: string): void {
    const content = `${path} ${this.#count}\n`.repeat(1 + this.random.below(3))
    this.#contentByBlob.set(sha256Hex(content), content)
    machine.write(path, content)
  }

  async #judge(host: SimHost, words: readonly string[], outcome: Outcome): Promise<void> {
    const [verb = ''] = words
    this.checks.ends(host, words, outcome.type === 'done')
    if (outcome.type === 'failed' && !mayFailWith[verb]?.includes(outcome.code)) {
      throw new BrokenPromise(`${host.name}: ${words.join(' ')} failed with ${outcome.code}: ${outcome.message}`)
    }
    if (verb === 'exec' || verb === 'snap' || verb === 'revert') this.#noteDirt(host, words, outcome)
    // What it leaves on the machine is not what any journal makes.
    if (verb === 'wip-undo' && outcome.type !== 'failed') this.checks.dirty.set(host, undefined)
    // What was dropped was done; whether it was, nobody knows who died.
    if (verb === 'wip-drop' && outcome.type !== 'failed') this.checks.dirty.set(host, undefined)
    if (outcome.type !== 'done' || verb !== 'ci') return
    const { id, journalHosts } = outcome.result as { id: ChangesetId | null; journalHosts: number }
    if (id) await this.checks.acknowledge(id, journalHosts)
  }

  /** A command that failed has done nothing; one that was cut short may have, and a file was written by hand. */
  #noteDirt(host: SimHost, words: readonly string[], outcome: Outcome): void {
    const { dirty } = this.checks
    if (outcome.type === 'done') {
      if (dirty.get(host) === words) dirty.delete(host)
      return
    }
    const code = outcome.type === 'failed' ? outcome.code : undefined
    if (code === 'COMMAND_FAILED') return
    const isCutShort = code === undefined || code === 'DISK_FULL'
    if (isCutShort && !dirty.has(host)) dirty.set(host, words)
    else if (!isCutShort && (isPrepared(words) || dirty.has(host))) dirty.set(host, undefined)
  }
}

/** Whether something was written by hand for it. */
function isPrepared([verb, option]: readonly string[]): boolean {
  return verb === 'snap' && option !== '--delete'
}
