/** What a person types: flags, a verb, and everything after the verb belongs to the verb. */
import { join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { IsconfError, toIsconfError } from '../base/index.ts'
import { type Config, loadConfig, placedVariables } from '../config/index.ts'
import { type Client, connect, socketName } from '../control/index.ts'
import { failureText, helpOf, originText, type Terminal, verbTable } from '../terminal/index.ts'
import { showEvent } from './show.ts'
import type { Flags, Surroundings, VerbContext } from './verb.ts'
import { verbs } from './verbs/index.ts'

/** Runs one command line; its exit status. The one place where a failure becomes a message. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let debug = false
  try {
    const parsed = parseFlags(argv, surroundings)
    debug = parsed.flags.debug
    return await dispatch(parsed, surroundings)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    surroundings.terminal.err(failureText(error))
    if (debug) surroundings.terminal.err(originText(error))
    return error.exit
  }
}

async function dispatch({ flags, words, done }: ParsedFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings
  if (done) return 0
  const [name, ...rest] = words
  if (name === undefined) {
    terminal.err(usage())
    return 22
  }
  const verb = verbs.find((one) => one.name === name)
  if (!verb) throw new IsconfError('USAGE', `no such verb: ${JSON.stringify(name)}`)
  if (rest[0] === '--help') {
    terminal.out(helpOf('isconf', verb))
    return 0
  }
  if (flags.message !== undefined) noteMessageFlag(name, terminal)
  if (flags.reboot && name !== 'up') throw new IsconfError('USAGE', `-r goes with up only, not with ${name}`)
  const context = makeContext(flags, surroundings)
  if (!verb.withoutConfig) {
    // At once, so that a mistake in it is told before anything is done.
    const { config } = context
    if (flags.debug) showVariables(config, terminal)
  }
  return verb.run(context, rest)
}

interface ParsedFlags {
  readonly flags: Flags
  readonly words: readonly string[]
  /** Whether the flags were all there was to do: help or version was printed. */
  readonly done: boolean
}

/** The flags, which stand before the verb; the manual and the completions read them, too. */
export function flagsCommand(release: string): Command {
  return new Command('isconf')
    .usage('[-DhqrV] [-c CONFIG] [-m MESSAGE] VERB [ARG...]')
    .helpOption('-h, --help', 'show this help')
    .version(`isconf ${release}`, '-V, --version', 'show the release')
    .option('-c, --config <file>', 'the configuration file (default: /etc/is/main.cf)')
    .option('-D, --debug', "show this host's variables and where failures come from")
    .option('-m, --message <text>', 'the message of a lock (deprecated: isconf lock MESSAGE...)')
    .option('-q, --quiet', 'say only what a command writes, and failures')
    .option('-r, --reboot_ok', 'with up: allow a reboot that is due')
    .argument('[words...]')
    .passThroughOptions()
}

function parseFlags(argv: readonly string[], { terminal, release, cwd }: Surroundings): ParsedFlags {
  const command = flagsCommand(release)
    .addHelpText('after', `\n${verbTable(verbs).trimEnd()}`)
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => undefined })
    .exitOverride()
  let done = false
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) {
      // Its suggestion stands on a line of its own; ours is the message's end.
      const message = error.message.replace(/^error: /, '').replace('\n(Did you', ' (did you')
      throw new IsconfError('USAGE', message)
    }
    done = true
  }
  const options = command.opts<{ config?: string; debug?: true; message?: string; quiet?: true; reboot_ok?: true }>()
  const flags = {
    config: options.config === undefined ? undefined : resolve(cwd, options.config),
    debug: options.debug === true,
    message: options.message,
    quiet: options.quiet === true,
    reboot: options.reboot_ok === true,
  }
  return { flags, words: command.args, done }
}

function makeContext(flags: Flags, surroundings: Surroundings): VerbContext {
  const { terminal } = surroundings
  let config: Config | undefined
  let client: Client | undefined
  let interrupts = 0
  const context: VerbContext = {
    ...surroundings,
    flags,
    get config() {
      config ??= loadConfig({ configPath: flags.config })
      return config
    },
    get client() {
      client ??= connect(join(context.config.home, socketName), context.config.commandTimeoutS)
      return client
    },
    say: (text) => {
      if (!flags.quiet) terminal.err(`isconf: ${text}\n`)
    },
    show: showEvent(terminal, flags.quiet),
  }
  surroundings.onInterrupt(() => {
    interrupts += 1
    // The daemon stops what it does and says so; who can't wait for that presses again.
    if (interrupts === 1) client?.interrupt().catch(() => undefined)
  })
  return context
}

function noteMessageFlag(verb: string, terminal: Terminal): void {
  if (verb !== 'lock') throw new IsconfError('USAGE', `-m goes with lock only, not with ${verb}`)
  terminal.err('isconf: -m is deprecated: write the message after the verb, isconf lock MESSAGE...\n')
}

function showVariables(config: Config, terminal: Terminal): void {
  for (const { name, value, place } of placedVariables(config)) {
    terminal.err(value === undefined ? `isconf: ${name} is not set\n` : `isconf: ${name}=${value} (${place})\n`)
  }
}

function usage(): string {
  return `usage: isconf [-DhqrV] [-c CONFIG] [-m MESSAGE] VERB [ARG...]\n\n${verbTable(verbs)}`
}
