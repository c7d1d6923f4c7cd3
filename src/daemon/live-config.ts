/** The configuration of a running daemon, and reading it again. */
import { type Cancel, type Clock, type Log, toIsconfError } from '../base/index.ts'
import {
  type Config,
  type HmacKeys,
  type HostNames,
  type Nets,
  type Watching,
  waitingForRestart,
} from '../config/index.ts'

export interface LiveConfigDeps {
  /** Reads the files as they are now. CONFIG. */
  readonly load: () => Config
  /** How this host is called at this moment. */
  readonly names: () => HostNames
  /** The keys and addresses of a configuration. CONFIG. */
  readonly watchKeys: (config: Config) => Watching<HmacKeys>
  readonly watchNets: (config: Config) => Watching<Nets>
  /** What there is to say about IS_HOME. */
  readonly aboutHome?: () => string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The manual promises that keys are heard of within 10 seconds; the file that is named is read every 5, too. */
const lookEveryMs = 5_000

/** What is set now. Parts that live as long as the daemon ask it each time rather than keep a value. */
export class LiveConfig {
  readonly #deps: LiveConfigDeps
  /** What the daemon was started with, and goes on with where a setting needs a restart. */
  readonly started: Config
  #now: Config
  #keys: Watching<HmacKeys>
  #nets: Watching<Nets>
  #names: HostNames
  #waiting: readonly string[] = []
  #lookedMs: number
  #aboutKeys: string | undefined
  #aboutVariables: string | undefined
  readonly #fileListeners = new Set<() => void>()
  readonly #rereadListeners = new Set<() => void>()

  constructor(deps: LiveConfigDeps, config: Config) {
    this.#deps = deps
    this.started = config
    this.#now = config
    this.#keys = deps.watchKeys(config)
    this.#nets = deps.watchNets(config)
    this.#names = config.host
    this.#lookedMs = deps.clock.monotonicMs()
  }

  get now(): Config {
    return this.#now
  }

  readonly keys = (): HmacKeys => {
    this.#lookForKeys()
    return this.#keys()
  }

  readonly nets = (): Nets => this.#nets()

  /** Hears when keys and nets, which count without being told, may be others. */
  readonly onFiles = (listener: () => void): Cancel => {
    this.#fileListeners.add(listener)
    return () => this.#fileListeners.delete(listener)
  }

  /** Hears each time when everything was read again. */
  readonly onReread = (listener: () => void): Cancel => {
    this.#rereadListeners.add(listener)
    return () => this.#rereadListeners.delete(listener)
  }

  /** The files that are read at this moment. */
  files(): readonly string[] {
    const { mainCfPath, hmacKeysPath, netsPath } = this.#now
    return [mainCfPath, hmacKeysPath, ...(netsPath === undefined ? [] : [netsPath])]
  }

  /** One of the files may have changed. */
  filesChanged(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY
    this.#keys.expire()
    this.#nets.expire()
    this.#tell(this.#fileListeners)
  }

  #tell(listeners: ReadonlySet<() => void>): void {
    for (const listener of [...listeners]) listener()
  }

  /** How this host is called at this moment; under another name than before it may have other entries of main.cf. */
  host(): HostNames {
    const names = this.#deps.names()
    if (names.fqdn !== this.#names.fqdn || names.short !== this.#names.short) {
      this.#deps.log.info({}, `this host was called ${this.#names.fqdn}, and is called ${names.fqdn} now`)
      this.#names = names
      this.reread()
    }
    return names
  }

  warnings(): readonly string[] {
    const about = [this.#aboutKeys, this.#aboutVariables, this.#deps.aboutHome?.()].filter((text) => text !== undefined)
    return [...this.#now.warnings, ...this.#keys.warnings(), ...this.#nets.warnings(), ...this.#waiting, ...about]
  }

  /**
   * The variables for commands, as main.cf has them at this moment: those that `isconf env` prints. Of a main.cf with a
   * mistake in it, which `isconf env` refuses, what it had before.
   */
  variables(): Config['variables'] {
    try {
      this.#now = { ...this.#now, variables: this.#deps.load().variables }
      this.#aboutVariables = undefined
    } catch (thrown) {
      const text = `${toIsconfError(thrown).message}; commands get the variables as they were`
      if (text !== this.#aboutVariables) this.#deps.log.warn({}, text)
      this.#aboutVariables = text
    }
    return this.#now.variables
  }

  /** Whether other hosts may rehearse here, as main.cf has it at this moment; not while there is a mistake in it. */
  rehearsalConsent(): Config['rehearsals'] {
    try {
      return this.#deps.load().rehearsals
    } catch {
      return 'no'
    }
  }

  /**
   * Hears of a file of keys that is named while the daemon runs, which closes the domain to others. That none is named
   * any more opens it, and could be a file that is being written at this moment: it has to be said.
   */
  #lookForKeys(): void {
    const { clock, load, watchKeys, log } = this.#deps
    if (clock.monotonicMs() - this.#lookedMs < lookEveryMs) return
    this.#lookedMs = clock.monotonicMs()
    try {
      const { hmacKeysPath, hmacKeysNamed } = load()
      const isOther = hmacKeysPath !== this.#now.hmacKeysPath
      if (isOther && hmacKeysNamed) {
        this.#keys = watchKeys({ ...this.#now, hmacKeysPath, hmacKeysNamed })
        this.#now = { ...this.#now, hmacKeysPath, hmacKeysNamed }
        log.info({ path: hmacKeysPath }, `IS_HMAC_KEYS is ${hmacKeysPath} now`)
      }
      this.#sayAboutKeys(
        isOther && !hmacKeysNamed
          ? `IS_HMAC_KEYS is not set any more: the keys of ${this.#now.hmacKeysPath} count until: isconf restart`
          : undefined,
      )
    } catch (thrown) {
      this.#sayAboutKeys(`${toIsconfError(thrown).message}; the keys stay as they were`)
    }
  }

  #sayAboutKeys(text: string | undefined): void {
    if (text !== undefined && text !== this.#aboutKeys) this.#deps.log.warn({}, text)
    this.#aboutKeys = text
  }

  /** Reads everything again. If there is a mistake in it, everything stays as it was. */
  reread(): void {
    const { load, watchKeys, watchNets, log } = this.#deps
    try {
      const next = load()
      // A file of the same name is looked at anyhow, and its last good content is worth keeping.
      const keys = next.hmacKeysPath === this.#now.hmacKeysPath ? this.#keys : watchKeys(next)
      const nets = next.netsPath === this.#now.netsPath ? this.#nets : watchNets(next)
      this.#now = next
      this.#keys = keys
      this.#aboutKeys = undefined
      this.#aboutVariables = undefined
      this.#nets = nets
      this.#waiting = waitingForRestart(this.started, next)
      for (const text of this.#waiting) log.warn({}, text)
      log.info({ path: next.mainCfPath }, 'read the configuration again')
      this.#tell(this.#rereadListeners)
      this.#tell(this.#fileListeners)
    } catch (thrown) {
      const { message } = toIsconfError(thrown)
      log.error({}, `${message}; the configuration stays as it was`)
      this.#waiting = [`${message}; the configuration is still the one before`]
    }
  }
}
