/** The faults of a run: when each begins, how long it lasts, and that all of them end. */
import type { Random } from '../../src/base/index.ts'
import type { Cluster } from './cluster.ts'
import { type SimHost, seedOf } from './cluster-host.ts'
import { startAgain } from './cluster-start.ts'
import type { Faults } from './faults.ts'
import { chance, seededRandom } from './random.ts'

interface Ongoing {
  readonly untilMs: number
  readonly end: () => void | Promise<void>
}

const lastsMsMin = 500
const lastsMsMax = 40_000
const armedBytesMax = 4_000

export class Weather {
  readonly #cluster: Cluster
  readonly #faults: Faults
  readonly #random: Random
  #ongoing: Ongoing[] = []
  #isPartitioned = false

  constructor(cluster: Cluster, faults: Faults) {
    this.#cluster = cluster
    this.#faults = faults
    this.#random = seededRandom(seedOf(cluster.seed, 'weather'))
  }

  /** Ends what has lasted long enough, and lets new faults happen. */
  async change(): Promise<void> {
    const nowMs = this.#cluster.clock.monotonicMs()
    const over = this.#ongoing.filter(({ untilMs }) => untilMs <= nowMs)
    this.#ongoing = this.#ongoing.filter((one) => !over.includes(one))
    for (const { end } of over) await end()
    for (const host of this.#cluster.hosts) if (!host.isUp && !this.#isDownOnPurpose(host)) this.#comesBack(host)
    if (this.#happens(this.#faults.partitionRate) && !this.#isPartitioned) this.#partition()
    if (this.#happens(this.#faults.cutRate)) this.#cut()
    for (const host of this.#cluster.up) this.#befall(host)
  }

  /** Ends everything. */
  async clear(): Promise<void> {
    for (const { end } of this.#ongoing) await end()
    this.#ongoing = []
    this.#cluster.network.healAll()
    this.#cluster.network.setFaults({ lossRate: () => 0 })
    for (const host of this.#cluster.hosts) {
      host.disk.full = false
      host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
      host.machine.broken = false
      if (!host.isUp) await startAgain(this.#cluster, host)
    }
  }

  #befall(host: SimHost): void {
    const { faults, random } = { faults: this.#faults, random: this.#random }
    if (this.#happens(faults.hangRate)) this.#hang(host)
    if (this.#happens(faults.diskFullRate)) this.#fill(host)
    if (this.#happens(faults.brokenMachineRate)) this.#breakMachine(host)
    if (this.#happens(faults.wallJumpRate)) {
      host.wallOffsetMs += random.below(2 * faults.wallJumpMsMax) - faults.wallJumpMsMax
    }
    if (this.#happens(faults.crashAtByteRate)) host.disk.bytesUntilPowerFailure = random.below(armedBytesMax)
    if (this.#happens(faults.crashRate)) host.crash()
  }

  readonly #downUntilComeBack = new Set<SimHost>()

  #isDownOnPurpose(host: SimHost): boolean {
    return this.#downUntilComeBack.has(host)
  }

  #comesBack(host: SimHost): void {
    this.#downUntilComeBack.add(host)
    this.#lasts(async () => {
      this.#downUntilComeBack.delete(host)
      if (!host.isUp) await startAgain(this.#cluster, host)
    })
  }

  #partition(): void {
    const names = this.#cluster.hosts.map(({ name }) => name)
    const left = names.filter(() => this.#random.below(2) === 0)
    const right = names.filter((name) => !left.includes(name))
    this.#cluster.note(`partition: ${left.join(' ')} | ${right.join(' ')}`)
    this.#cluster.network.partition([left, right])
    this.#isPartitioned = true
    this.#lasts(() => {
      this.#cluster.note('the network is whole')
      this.#cluster.network.healAll()
      this.#isPartitioned = false
    })
  }

  #cut(): void {
    const names = this.#cluster.hosts.map(({ name }) => name)
    const [a, b] = [names[this.#random.below(names.length)] ?? '', names[this.#random.below(names.length)] ?? '']
    if (a === b) return
    this.#cluster.note(`cut: ${a} | ${b}`)
    this.#cluster.network.cut(a, b)
    this.#lasts(() => {
      this.#cluster.note(`heal: ${a} | ${b}`)
      this.#cluster.network.heal(a, b)
    })
  }

  #hang(host: SimHost): void {
    this.#cluster.note(`${host.name} hangs`)
    this.#cluster.network.hang(host.name)
    this.#lasts(() => {
      this.#cluster.note(`${host.name} goes on`)
      this.#cluster.network.wake(host.name)
    })
  }

  #fill(host: SimHost): void {
    this.#cluster.note(`${host.name}: its disk is full`)
    const { disk } = host
    disk.full = true
    this.#lasts(() => {
      this.#cluster.note(`${host.name}: its disk has room again`)
      disk.full = false
    })
  }

  #breakMachine(host: SimHost): void {
    this.#cluster.note(`${host.name}: commands fail`)
    host.machine.broken = true
    this.#lasts(() => {
      this.#cluster.note(`${host.name}: commands work again`)
      host.machine.broken = false
    })
  }

  #lasts(end: () => void | Promise<void>): void {
    const lengthMs = lastsMsMin + this.#random.below(lastsMsMax - lastsMsMin)
    this.#ongoing.push({ untilMs: this.#cluster.clock.monotonicMs() + lengthMs, end })
  }

  #happens(rate: number): boolean {
    return chance(this.#random, rate)
  }
}
