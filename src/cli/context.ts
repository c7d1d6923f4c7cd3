/** What a verb is handed. */
import { isAbsolute, join, resolve } from 'node:path'
import { inOneLine, requireDirectory } from '../base/index.ts'
import { type Config, loadConfig, placedVariables } from '../config/index.ts'
import { type Client, connect, socketName } from '../control/index.ts'
import type { Terminal } from '../terminal/index.ts'
import { patientClient } from './patience.ts'
import { showEvent } from './show.ts'
import type { Flags, Surroundings, Verb, VerbContext } from './verb.ts'

/** The context of a verb. CONFIG, at once: a mistake in the configuration is told before anything is done. */
export function contextFor(verb: Verb, typed: Flags, surroundings: Surroundings): VerbContext {
  const config = typed.config === undefined ? undefined : fromHere(surroundings, typed.config)
  const context = makeContext(verb, { ...typed, config }, surroundings)
  if (!verb.withoutConfig) {
    const { config } = context
    if (typed.debug) showVariables(config, surroundings.terminal)
  }
  return context
}

function fromHere({ cwd }: Surroundings, path: string): string {
  return isAbsolute(path) ? path : resolve(requireDirectory(cwd), path)
}

function makeContext(verb: Verb, flags: Flags, surroundings: Surroundings): VerbContext {
  const { terminal } = surroundings
  let config: Config | undefined
  let client: Client | undefined
  const context: VerbContext = {
    ...surroundings,
    flags,
    get config() {
      config ??= loadConfig({ configPath: flags.config })
      return config
    },
    get cwd() {
      return requireDirectory(surroundings.cwd)
    },
    get client() {
      if (!client) {
        const direct = connect(join(context.config.home, socketName), context.config.commandTimeoutS)
        interruptOnSignal(direct, surroundings)
        client = patientClient(direct, verb.name, { ...surroundings, flags })
      }
      return client
    },
    say: (text) => {
      if (!flags.quiet) terminal.err(`isconf: ${inOneLine(text)}\n`)
    },
    show: showEvent(terminal, terminal.show ?? terminal.out, flags.quiet),
    copy: showEvent(terminal, terminal.out, flags.quiet),
  }
  return context
}

/**
 * On Ctrl-C or SIGTERM the daemon stops what it is doing and says so. Whoever can't wait for that presses Ctrl-C again.
 */
function interruptOnSignal(client: Client, { onInterrupt, sleep }: Surroundings): void {
  let interrupts = 0
  const interrupt = async (): Promise<void> => {
    // What was asked for may be on its way still.
    for (let tries = 0; tries < interruptTries; tries += 1) {
      if ((await client.interrupt().catch(() => undefined)) !== null) return
      await sleep(interruptEveryMs)
    }
  }
  onInterrupt(() => {
    interrupts += 1
    if (interrupts === 1) void interrupt()
  })
}

const interruptTries = 20
const interruptEveryMs = 100

function showVariables(config: Config, terminal: Terminal): void {
  for (const { name, value, place } of placedVariables(config)) {
    const text = value === undefined ? `${name} is not set` : `${name}=${value} (${place})`
    terminal.err(`isconf: ${inOneLine(text)}\n`)
  }
}
