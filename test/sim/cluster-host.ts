/** One host of a simulated cluster: what outlives its daemon (disk, machine, key), and the daemon while it runs. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import {
  type DomainName,
  type ErrorCode,
  inlineHasher,
  type Log,
  sha256Hex,
  toIsconfError,
} from '../../src/base/index.ts'
import { HostDaemon } from '../../src/daemon/host-daemon.ts'
import { requests } from '../../src/daemon/requests/index.ts'
import { type DaemonProcess, type Parts, partsOf } from '../../src/daemon/requests/shared/parts.ts'
import type { Tell } from '../../src/daemon/requests/shared/request.ts'
import { Peering } from '../../src/mesh/index.ts'
import type { VerifyRecord } from '../../src/replication/index.ts'
import { inlineWholeHasher, openStore } from '../../src/store/index.ts'
import type { SimClock } from './clock.ts'
import { keyFrom } from './cluster-key.ts'
import { SimProcess } from './cluster-process.ts'
import { SimDisk, type UnsyncedFate } from './disk.ts'
import { SimMachine } from './machine.ts'
import type { SimNetwork, SimTransport } from './network.ts'
import { seededRandom } from './random.ts'

/** What came of a verb. */
export type Outcome =
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** The host died before it answered. */
  | { readonly type: 'died' }

/** What a host needs of the cluster that it is in. */
export interface HostWorld {
  readonly seed: number
  readonly clock: SimClock
  readonly network: SimNetwork
  /** The names of all hosts that it may dial. */
  readonly addresses: () => readonly string[]
  readonly note: (text: string) => void
  /** Whether a reboot ends the host at any point of what it does. */
  readonly rebootIsCrash: boolean
}

/** How long after the command a machine goes down. */
export const rebootMsMax = 2_000

const domain = 'sim.example' as DomainName
/** A simulated host has no process of its own to be asked about. */
const simProcess: DaemonProcess = {
  release: 'sim',
  pid: 1,
  domainSource: 'a simulation',
  warnings: () => [],
  bankAddress: () => undefined,
  unreached: () => [],
  mesh: () => ({ addresses: [], authenticated: true, refused: 0 }),
  stop: () => null,
  restart: async () => ({ restarts: false, after: null }),
  running: () => undefined,
  interrupt: () => null,
}

/** The one user of every host. */
export const user = 'ann'
const home = '/is'

export class SimHost {
  readonly name: string
  readonly #world: HostWorld
  disk: SimDisk
  machine: SimMachine
  readonly key: KeyObject
  wallOffsetMs = 0
  #starts = 0
  #process: SimProcess | undefined
  #daemon: HostDaemon | undefined
  #transport: SimTransport | undefined
  #peering: Peering | undefined
  #tell: Tell = () => undefined
  /** The verb under way: one thing at a time changes a host. */
  busyWith: string | undefined

  constructor(name: string, world: HostWorld) {
    this.name = name
    this.#world = world
    this.disk = new SimDisk(seededRandom(seedOf(world.seed, `${name} disk`)))
    this.machine = this.#newMachine()
    this.key = keyFrom(`${world.seed} ${name}`)
  }

  get isUp(): boolean {
    return this.#daemon !== undefined
  }

  /** The running daemon. */
  get daemon(): HostDaemon {
    if (!this.#daemon) throw new Error(`${this.name} does not run`)
    return this.#daemon
  }

  /** What its requests may ask for. */
  get parts(): Parts {
    return partsOf(this.daemon, simProcess)
  }

  get transport(): SimTransport {
    if (!this.#transport) throw new Error(`${this.name} does not run`)
    return this.#transport
  }

  /** Starts the daemon. Rejects with what kept it from starting; false when the power failed meanwhile. */
  async start(): Promise<boolean> {
    const { clock, network, seed, note } = this.#world
    this.#starts += 1
    const process = new SimProcess(() => this.crash('chance', 'in the middle of a write'))
    this.#process = process
    const random = seededRandom(seedOf(seed, `${this.name} ${this.#starts}`))
    const disk = process.disk(this.disk)
    const ownClock = process.clock(clock, () => this.wallOffsetMs)
    const begin = async (): Promise<HostDaemon> => {
      const parts = { disk, directory: `${home}/store`, hasher: inlineHasher, wholeHasher: inlineWholeHasher, random }
      const store = await openStore(parts)
      const transport = network.transport(this.name)
      this.#transport = transport
      const machine = process.machine(this.machine)
      const log = this.#log(note)
      const world = {
        disk,
        clock: ownClock,
        random,
        transport,
        machine,
        store,
        key: this.key,
        log,
        settled: Promise.resolve(),
        addresses: () => [transport.address],
        isSigned: signedInSimulation(seed),
      }
      const daemon = await HostDaemon.start({ host: this.name, release: 'sim', domain, home }, world)
      const addresses = this.#world.addresses
      this.#peering = new Peering({ transport, clock: ownClock, random, log, addresses })
      this.#peering.start()
      return daemon
    }
    const daemon = await Promise.race([begin(), process.dead])
    if (!daemon || !process.alive) return false
    this.#daemon = daemon
    note(`${this.name} runs`)
    return true
  }

  /** The power fails. What was not synced meets its fate. */
  crash(fate: UnsyncedFate = 'chance', how = ''): void {
    if (!this.#process?.alive) return
    this.#world.note(`${this.name} dies ${how}`.trimEnd())
    this.#end()
    this.disk = this.disk.crash(fate)
    this.machine.crash(seededRandom(seedOf(this.#world.seed, `${this.name} crash ${this.#starts}`)))
  }

  /** Stops the daemon in good order. */
  async stop(): Promise<void> {
    this.#peering?.stop()
    await this.daemon.stop()
    this.#end()
    this.#world.note(`${this.name} stops`)
  }

  /** Begins again with an empty disk and an empty machine: what was on them is gone. */
  wipe(): void {
    this.crash('lost', 'to be rebuilt')
    this.disk = new SimDisk(seededRandom(seedOf(this.#world.seed, `${this.name} disk ${this.#starts}`)))
    this.machine = this.#newMachine()
  }

  #newMachine(): SimMachine {
    const { clock, seed, rebootIsCrash } = this.#world
    const machine = new SimMachine(clock)
    const random = seededRandom(seedOf(seed, `${this.name} reboot ${this.#starts}`))
    machine.onReboot = () => {
      const bootId = machine.boots
      clock.after(random.below(rebootMsMax), () => {
        // It may have lost its power, or have been rebuilt, in between.
        if (machine !== this.machine || machine.boots !== bootId) return
        if (rebootIsCrash) this.crash('chance', 'to reboot')
        else machine.bootAgain()
      })
    }
    return machine
  }

  /** The daemon is killed where it stands; the machine goes on. */
  kill(): void {
    if (!this.#process?.alive) return
    this.#world.note(`${this.name} is killed`)
    this.#end()
    this.disk = this.disk.crash('kept')
  }

  /** Does a verb as the control socket does. One at a time. */
  async verb(verb: string, body: object, signal: AbortSignal = new AbortController().signal): Promise<Outcome> {
    const [parts, process, request] = [this.parts, this.#process, requests.find(({ name }) => name === verb)]
    if (!request || !process) throw new Error(`no such verb: ${verb}`)
    if (this.busyWith) throw new Error(`${this.name} is busy with ${this.busyWith}`)
    this.busyWith = verb
    const done = request.answer(parts, body, { tell: this.#tell, signal }).then(
      (result): Outcome => ({ type: 'done', result }),
      (thrown: unknown): Outcome => {
        const { code, message } = toIsconfError(thrown)
        if (code === 'UNEXPECTED') this.#world.note(`${this.name}: ${thrown instanceof Error ? thrown.stack : thrown}`)
        return { type: 'failed', code, message }
      },
    )
    const died = process.dead.then((): Outcome => ({ type: 'died' }))
    const outcome = await Promise.race([done, died])
    if (!process.alive) return died
    this.busyWith = undefined
    return outcome
  }

  /** Does a verb, and gives what was told of its progress. */
  async told(verb: string, body: object): Promise<readonly string[]> {
    const told: string[] = []
    this.#tell = (event) => {
      if (event.event === 'progress') told.push(event.text)
      return undefined
    }
    await this.verb(verb, body)
    this.#tell = () => undefined
    return told
  }

  #end(): void {
    this.#process?.die()
    this.#peering?.stop()
    this.#transport?.crash()
    this.#process = undefined
    this.#daemon = undefined
    this.#transport = undefined
    this.#peering = undefined
    this.busyWith = undefined
  }

  #log(note: (text: string) => void): Log {
    const say = (_: object, message: string): void => note(`${this.name} log: ${message}`)
    return { debug: () => undefined, info: () => undefined, warn: say, error: say }
  }
}

/** In a simulated cluster a host's id is its name. */
function signedInSimulation(seed: number): VerifyRecord {
  return (peer, bytes, signature) => verify(null, bytes, createPublicKey(keyFrom(`${seed} ${peer}`)), signature)
}

/** A number that a seed and a word name. */
export function seedOf(seed: number, word: string): number {
  return Number.parseInt(sha256Hex(`${seed} ${word}`).slice(0, 8), 16)
}
