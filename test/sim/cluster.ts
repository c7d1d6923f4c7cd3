/**
 * A cluster in one process: the production daemon of each host on simulated
 * clock, network, disk and machine. The same seed gives the same run.
 */
import { type BranchName, sha256Hex } from '../../src/base/index.ts'
import type { Branch } from '../../src/branch/index.ts'
import { SimClock } from './clock.ts'
import { type Outcome, SimHost, seedOf, user } from './cluster-host.ts'
import { type Faults, noFaults } from './faults.ts'
import { SimNetwork } from './network.ts'
import { seededRandom } from './random.ts'

export type { Outcome, SimHost } from './cluster-host.ts'

const newsProtocol = '/isconf/news/1'
/** How long hosts may take to find each other. */
const meetMsMax = 60_000

export class Cluster {
  readonly seed: number
  readonly faults: Faults
  readonly clock = new SimClock()
  readonly network: SimNetwork
  readonly hosts: readonly SimHost[]
  /** What happened, a line each, for people and for comparing two runs. */
  readonly trace: string[] = []

  private constructor(seed: number, names: readonly string[], faults: Faults) {
    this.seed = seed
    this.faults = faults
    const { latencyMsMax, newsLossRate } = faults
    const random = seededRandom(seedOf(seed, 'network'))
    this.network = new SimNetwork(this.clock, random, {
      latencyMsMax,
      lossRate: (protocol) => (protocol === newsProtocol ? newsLossRate : 0),
    })
    const note = (text: string): void => this.note(text)
    this.hosts = names.map((name) => {
      const addresses = (): readonly string[] => names.filter((one) => one !== name).map((one) => `sim:${one}`)
      return new SimHost(name, {
        seed,
        clock: this.clock,
        network: this.network,
        addresses,
        note,
        rebootIsCrash: faults.rebootIsCrash,
      })
    })
  }

  /** A cluster whose hosts run and know each other. */
  static async of(seed: number, names: readonly string[], faults: Faults = noFaults): Promise<Cluster> {
    const cluster = new Cluster(seed, names, faults)
    for (const host of cluster.hosts) await cluster.clock.until(host.start())
    await cluster.meet()
    return cluster
  }

  host(name: string): SimHost {
    const host = this.hosts.find((one) => one.name === name)
    if (!host) throw new Error(`no host ${name}`)
    return host
  }

  /** The hosts whose daemons run. */
  get up(): readonly SimHost[] {
    return this.hosts.filter(({ isUp }) => isUp)
  }

  /** Lets time pass. */
  run(ms: number): Promise<void> {
    return this.clock.run(ms)
  }

  /** Until every running host is connected to every other that it can reach. */
  async meet(): Promise<void> {
    const isMet = (host: SimHost, other: SimHost): boolean =>
      host === other ||
      !this.network.reachable(host.name, other.name) ||
      host.transport.peers().some(({ id }) => id === other.transport.self)
    await this.clock.untilTrue(() => this.up.every((host) => this.up.every((other) => isMet(host, other))), meetMsMax)
    // And has told what it has.
    await this.run(2_000)
  }

  /** Begins a verb, given as a person types it, and gives what comes of it once time is let pass. */
  begin(host: SimHost, words: readonly string[]): Promise<Outcome> {
    const [verb = ''] = words
    const text = `${host.name}: ${words.join(' ')}`
    this.note(text)
    return host.verb(verb, bodyOf(words)).then((outcome) => {
      this.note(`${text} -> ${describeOutcome(outcome)}`)
      return outcome
    })
  }

  /** Does a verb to its end. */
  ask(name: string, ...words: readonly string[]): Promise<Outcome> {
    return this.clock.until(this.begin(this.host(name), words))
  }

  note(text: string): void {
    this.trace.push(`${(this.clock.monotonicMs() / 1000).toFixed(3).padStart(9)} ${text}`)
  }

  /** One number for the whole run: equal for two runs that did the same. */
  digest(): string {
    return sha256Hex(JSON.stringify([this.trace, this.hosts.map(({ machine }) => machine.tree)]))
  }

  /** The branch of that name on a host. */
  branch(name: string, branch = 'generic'): Branch {
    const found = this.host(name).daemon.branches.get(branch as BranchName)
    if (!found) throw new Error(`${name} has no branch ${branch}`)
    return found
  }

  /** Ends every daemon, so that no timer is left. */
  end(): void {
    for (const host of this.hosts) host.crash()
  }
}

/** How a verb ended: the code of its failure, or `done` and the like. */
export function codeOf(outcome: Outcome): string {
  return outcome.type === 'failed' ? outcome.code : outcome.type
}

/** `done`, `LOCKED: branch …`, `died`. */
export function describeOutcome(outcome: Outcome): string {
  if (outcome.type === 'failed') return `${outcome.code}: ${outcome.message}`
  if (outcome.type === 'died') return 'died'
  const { id, journalHosts, fileHosts, done, position, rebooting } = (outcome.result ?? {}) as Record<string, unknown>
  if (typeof id === 'string') return `${id.slice(0, 8)} journal on ${journalHosts}, files on ${fileHosts}`
  if (done === undefined) return 'done'
  return `did ${done}, now at ${position}${rebooting ? `, reboots for ${rebooting}` : ''}`
}

function bodyOf([verb = '', ...words]: readonly string[]): object {
  switch (verb) {
    case 'lock':
      return {
        user,
        message: words.filter((word) => word !== '--behind').join(' '),
        ...(words[0] === '--behind' && { behind: true }),
      }
    case 'hold':
    case 'release':
    case 'hold-branch':
    case 'release-branch':
      return { user, ...(words.length > 0 && { message: words.join(' ') }) }
    case 'snap':
      return {
        user,
        cwd: '/',
        paths: words.filter((word) => !word.startsWith('--')),
        latest: words.includes('--latest'),
        gone: 'keep',
        remove: words.includes('--delete'),
      }
    case 'revert':
      return {
        user,
        changeset: words[0] ?? '',
        with: words.flatMap((word) => (word.startsWith('--with=') ? [word.slice('--with='.length)] : [])),
        ...(words.includes('--delete') && { unknown: 'delete' }),
        ...(words.includes('--keep') && { unknown: 'keep' }),
        ...(words.includes('--overwrite') && { overwrite: true }),
        ...(words.includes('--dry-run') && { dryRun: true }),
      }
    case 'wip-undo':
      return { user, count: Number(words[0] ?? '1'), restore: words.includes('--restore') }
    case 'bank-add':
      return { user, cwd: '/', paths: words }
    case 'bank-remove':
      return { user, names: words }
    case 'exec':
      return { user, cwd: '/', argv: words }
    case 'resolve':
      return { user, keep: words[0] ?? '', ...(words[1] === undefined ? {} : { branch: words[1] }) }
    case 'void':
    case 'skip':
    case 'done':
      return { user, operation: words[0] ?? '', message: words.slice(1).join(' ') }
    case 'fork':
    case 'migrate':
      return { user, branch: words[0] ?? '' }
    case 'up':
      return { user, ...upLimitsOf(words) }
    default:
      return { user }
  }
}

/** `-r`, `--step`, `--to OPERATION` and `--despite-hold=WHY`. */
function upLimitsOf(words: readonly string[]): object {
  const to = words.indexOf('--to')
  return {
    ...(words.includes('-r') && { reboot: true }),
    ...(words.includes('--step') && { step: true }),
    ...(to >= 0 && { to: words[to + 1] }),
    ...despiteOf(words),
  }
}

function despiteOf(words: readonly string[]): object {
  const flag = '--despite-hold='
  const word = words.find((one) => one.startsWith(flag))
  return word === undefined ? {} : { despite: word.slice(flag.length) }
}
