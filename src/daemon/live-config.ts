/** The configuration of a running daemon, and reading it again. */
import { type Log, toIsconfError } from '../base/index.ts'
import { type Config, type HmacKeys, type Nets, waitingForRestart } from '../config/index.ts'

export interface LiveConfigDeps {
  /** Reads the files as they are now. CONFIG. */
  readonly load: () => Config
  /** The keys and addresses of a configuration. CONFIG. */
  readonly watchKeys: (config: Config) => () => HmacKeys
  readonly watchNets: (config: Config) => () => Nets
  readonly log: Log
}

/** What is set now. Parts that live as long as the daemon ask it each time rather than keep a value. */
export class LiveConfig {
  readonly #deps: LiveConfigDeps
  /** What the daemon was started with, and goes on with where a setting needs a restart. */
  readonly started: Config
  #now: Config
  #keys: () => HmacKeys
  #nets: () => Nets
  #waiting: readonly string[] = []

  constructor(deps: LiveConfigDeps, config: Config) {
    this.#deps = deps
    this.started = config
    this.#now = config
    this.#keys = deps.watchKeys(config)
    this.#nets = deps.watchNets(config)
  }

  get now(): Config {
    return this.#now
  }

  readonly keys = (): HmacKeys => this.#keys()

  readonly nets = (): Nets => this.#nets()

  warnings(): readonly string[] {
    return [...this.#now.warnings, ...this.#waiting]
  }

  /** Reads everything again; what has a mistake in it leaves all as it was. */
  reread(): void {
    const { load, watchKeys, watchNets, log } = this.#deps
    try {
      const next = load()
      // A file of the same name is looked at anyhow, and its last good content is worth keeping.
      const keys = next.hmacKeysPath === this.#now.hmacKeysPath ? this.#keys : watchKeys(next)
      const nets = next.netsPath === this.#now.netsPath ? this.#nets : watchNets(next)
      this.#now = next
      this.#keys = keys
      this.#nets = nets
      this.#waiting = waitingForRestart(this.started, next)
      for (const text of this.#waiting) log.warn({}, text)
      log.info({ path: next.mainCfPath }, 'read the configuration again')
    } catch (thrown) {
      const { message } = toIsconfError(thrown)
      log.error({}, `${message}; the configuration stays as it was`)
      this.#waiting = [`${message}; the configuration is still the one before`]
    }
  }
}
