/** Runs a program: its flags, its verb, and the one place where a failure becomes a message. */
import type { Command } from 'commander'
import { IsconfError, nearest, toIsconfError } from '../base/index.ts'
import { commandOf, type Hint, read } from './command-line.ts'
import type { Action, Arguments, Options, Program, Topic, Typed, Verb } from './declaration.ts'
import { aVerb, flag, optionalWord, optionalWords } from './declaration.ts'
import { failureText, originText } from './failure.ts'
import { ownFlagText } from './program-flags.ts'
import type { Terminal } from './terminal.ts'
import { programUsage, verbTable } from './usage.ts'

/** What every program needs of the process that it runs in. */
export interface ProgramProcess {
  readonly terminal: Terminal
  readonly release: string
}

/** The flags that every program has. */
export const debugFlag = flag('-D, --debug', "show this host's variables and where failures come from")
export const quietFlag = flag('-q, --quiet', 'show only the output of commands, and failures')

/** A program as commander has it. */
export function programCommand(program: Program, release: string): Command {
  const { name, verbs } = program
  return withVerbTable(
    commandOf(name, program, () => programUsage(program)),
    verbs,
  ).version(`${name} ${release}`, '-V, --version', 'show the release')
}

function withVerbTable(command: Command, verbs: readonly (Verb<never> | Action<never>)[]): Command {
  return command.addHelpText('after', () => (verbs.length === 0 ? '' : `\n${verbTable(verbs).trimEnd()}`))
}

/** Runs one command line; its exit status. `explain` may have more to say about a failure than others know. */
export async function runProgram<O extends Options & { readonly debug: typeof debugFlag }, A extends Arguments>(
  program: Program<O, A>,
  argv: readonly string[],
  { terminal, release }: ProgramProcess,
  act: (typed: Typed<O, A>) => Promise<number>,
  explain: (error: IsconfError) => IsconfError = (error) => error,
): Promise<number> {
  let debug = false
  try {
    const typed = read(programCommand(program, release), program, argv, () => `see \`${program.name} --help\``)
    if (typeof typed !== 'string') {
      debug = (typed as { readonly debug: boolean }).debug
      return await act(typed)
    }
    terminal.out(typed)
    return 0
  } catch (thrown) {
    const error = explain(toIsconfError(thrown))
    terminal.err(failureText(error, program.name))
    if (debug) terminal.err(originText(error, program.name))
    return error.exit
  }
}

/** The words behind the flags of a program with verbs; each verb reads its own. */
export const verbWords = { words: optionalWords('VERB', '') }

/** A verb, or a verb of it, and what was typed behind it: a text where that was asked for by --help. */
interface Chosen<V> {
  readonly verb: V
  readonly action: Partial<Pick<Action<unknown>, 'run'>>
  readonly path: string
  readonly typed: Typed<Options, Arguments> | string
}

/** Does what a verb says with the words behind it; its exit status. `allow` fails where the flags do not go with it. */
export async function runVerb<C, V extends Verb<C>>(
  program: Program & { readonly verbs: readonly V[] },
  words: readonly string[],
  terminal: Terminal,
  contextOf: (verb: V) => C,
  allow: (verb: V) => void = () => undefined,
): Promise<number> {
  if (words.length === 0) {
    terminal.err(`usage: ${program.name} ${programUsage(program)}\n\n${verbTable(program.verbs)}`)
    return 22
  }
  const { verb, action, path, typed } = chooseVerb(program, words, allow)
  if (typeof typed === 'string') {
    terminal.out(typed)
    return 0
  }
  if (action.run) return action.run(contextOf(verb), typed)
  throw new IsconfError('USAGE', `${path} takes ${listed(verb.verbs)}`, { hint: helpHint(path) })
}

function chooseVerb<V extends Verb<never>>(
  program: Program & { readonly verbs: readonly V[] },
  words: readonly string[],
  allow: (verb: V) => void,
): Chosen<V> {
  const [name = '', ...rest] = words
  const verb = named(program.verbs, name, `no such verb: ${JSON.stringify(name)}`, `see \`${program.name} --help\``)
  allow(verb)
  const path = `${program.name} ${name}`
  const [inner] = rest
  if (!verb.verbs || inner === undefined || inner.startsWith('-'))
    return { verb, action: verb, path, typed: readAction(program, path, verb, verb, verb.help, rest) }
  const wrong = `${path} takes ${listed(verb.verbs)}, not ${JSON.stringify(inner)}`
  const action = named(verb.verbs, inner, wrong, helpHint(path))
  const whole = `${path} ${inner}`
  return { verb, action, path, typed: readAction(program, whole, verb, action, action.summary, rest.slice(1)) }
}

function readAction(
  program: Program,
  path: string,
  verb: Verb<never>,
  action: Verb<never> | Action<never>,
  help: string,
  words: readonly string[],
): Typed<Options, Arguments> | string {
  const command = withVerbTable(commandOf(path, action).description(help), ('verbs' in action && action.verbs) || [])
  const hint: Hint = (option) => {
    if (option === undefined) return helpHint(path)
    const own = ownFlagText(program, verb, option)
    if (own !== undefined) return own
    return action.arguments ? `${helpHint(path)}; -- goes before a word that begins with a dash` : helpHint(path)
  }
  return read(command, action, words, hint)
}

/** `isconf bank add` is explained by `isconf help bank add`. */
function helpHint(path: string): string {
  return `see \`${path.replace(' ', ' help ')}\``
}

/** The one with this name. USAGE, with the one that was meant. */
function named<T extends { readonly name: string }>(all: readonly T[], name: string, message: string, hint: string): T {
  const found = all.find((one) => one.name === name)
  if (found) return found
  const meant = nearest(
    name,
    all.map((one) => one.name),
  )
  throw new IsconfError('USAGE', `${message}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, { hint })
}

/** `build, push or tag` */
function listed(actions: readonly { readonly name: string }[] = []): string {
  return actions
    .map(({ name }) => name)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ')
}

/** The verbs `help` and `version` of a program. */
export function commonVerbs(program: () => Program): readonly Verb<ProgramProcess>[] {
  const help: Verb<ProgramProcess, Options, typeof helpWords> = {
    name: 'help',
    summary: 'Show the verbs, what a verb takes, or a topic',
    help: 'The same as --help before or after the verb. A topic is a failure by its code, a setting by its name, or one of the words that list them all: failures, settings.',
    exits: [0],
    arguments: helpWords,
    run: async ({ terminal, release }, { verb, inner }) => {
      const topic = inner === undefined ? topicNamed(program(), verb) : undefined
      if (topic) {
        terminal.out(topic.text)
        return 0
      }
      const words = [verb, inner].filter((word) => word !== undefined)
      const text =
        words.length === 0
          ? read(programCommand(program(), release), program(), ['--help'], () => '')
          : chooseVerb(program(), [...words, '--help'], () => undefined).typed
      if (typeof text !== 'string')
        throw new IsconfError('USAGE', `${program().name} help does not take ${JSON.stringify(inner)}`)
      terminal.out(text)
      return 0
    },
  }
  const version: Verb<ProgramProcess> = {
    name: 'version',
    summary: 'Show the release',
    help: 'The same as --version.',
    exits: [0],
    run: async ({ terminal, release }) => {
      terminal.out(`${program().name} ${release}\n`)
      return 0
    },
  }
  return [help, version]
}

/** However it is written; what a verb is called comes first. */
function topicNamed({ topics = [], verbs }: Program, word: string | undefined): Topic | undefined {
  if (word === undefined || verbs.some(({ name }) => name === word)) return undefined
  return topics.find(({ name }) => name.toLowerCase() === word.toLowerCase())
}

const helpWords = {
  verb: optionalWord('VERB|TOPIC', 'what to explain', aVerb),
  inner: optionalWord('WORD', 'which of its verbs'),
}
