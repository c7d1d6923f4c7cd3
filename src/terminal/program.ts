/** Runs a program: its flags, its verb, and the one place where a failure becomes a message. */
import { IsconfError, nearest, toIsconfError } from '../base/index.ts'
import type { Hint } from './command-line.ts'
import type { Action, Arguments, Declaration, Options, Program, Typed, Verb } from './declaration.ts'
import { flag, optionalWords } from './declaration.ts'
import { failureText, helpHint, originText, withHelpOf } from './failure.ts'
import { readPlain } from './plain-words.ts'
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

/** Loaded only when needed: most command lines can be read faster without it. */
const commandLine = () => import('./command-line.ts')

/** Runs one command line. Returns its exit status. `explain` may add what the program knows about a failure. */
export async function runProgram<O extends Options & { readonly debug: typeof debugFlag }, A extends Arguments>(
  program: Program<O, A>,
  argv: readonly string[],
  { terminal, release }: ProgramProcess,
  act: (typed: Typed<O, A>) => Promise<number>,
  explain?: (error: IsconfError) => IsconfError,
): Promise<number> {
  let debug = false
  const run = async (): Promise<number> => {
    const typed = readPlain(program, argv) ?? (await readProgram(program, release, argv))
    if (typeof typed !== 'string') {
      debug = (typed as { readonly debug: boolean }).debug
      return await act(typed)
    }
    terminal.out(typed)
    return 0
  }
  return told(program.name, terminal, run, { ...(explain && { explain }), isDebugging: () => debug })
}

interface Telling {
  readonly explain?: (error: IsconfError) => IsconfError
  readonly isDebugging?: () => boolean
}

/** Its exit status; if it fails, tells the failure and returns that of the failure. */
export async function told(
  name: string,
  terminal: Terminal,
  run: () => Promise<number>,
  { explain = (error) => error, isDebugging = () => false }: Telling = {},
): Promise<number> {
  try {
    return await run()
  } catch (thrown) {
    const error = explain(toIsconfError(thrown))
    terminal.err(failureText(error, name), { [`${name}: error:`]: 'red' })
    if (isDebugging()) terminal.err(originText(error, name))
    return error.exit
  }
}

/** Reads the command line of a program itself. */
export async function readProgram<O extends Options, A extends Arguments>(
  program: Program<O, A>,
  release: string,
  argv: readonly string[],
): Promise<Typed<O, A> | string> {
  const { programCommand, read } = await commandLine()
  return read(programCommand(program, release), program, argv, () => `see \`${program.name} --help\``)
}

/** The words after the flags of a program with verbs; each verb reads its own. */
export const verbWords = { words: optionalWords('VERB', '') }

/** A verb, or a verb of it, and what was typed after it: a text if that was asked for with --help. */
interface Chosen<V> {
  readonly verb: V
  readonly action: Partial<Pick<Action<unknown>, 'run'>>
  readonly path: string
  readonly typed: Typed<Options, Arguments> | string
}

/**
 * Does what a verb says with the words after it. Returns its exit status. `allow` fails if the flags do not go with it.
 */
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
  const { verb, action, path, typed } = await chooseVerb(program, words, allow)
  if (typeof typed === 'string') {
    terminal.out(typed)
    return 0
  }
  if (!action.run) throw new IsconfError('USAGE', `${path} takes ${listed(verb.verbs)}`, { hint: helpHint(path) })
  try {
    return await action.run(contextOf(verb), typed)
  } catch (thrown) {
    throw withHelpOf(path, toIsconfError(thrown))
  }
}

/** The verb that is named, with what was typed to it. USAGE. */
export async function chooseVerb<V extends Verb<never>>(
  program: Program & { readonly verbs: readonly V[] },
  words: readonly string[],
  allow: (verb: V) => void,
): Promise<Chosen<V>> {
  const [name = '', ...rest] = words
  const verb = named(program.verbs, name, `no such verb: ${JSON.stringify(name)}`, `see \`${program.name} --help\``)
  allow(verb)
  const path = `${program.name} ${name}`
  const [inner] = rest
  if (!verb.verbs || inner === undefined || inner.startsWith('-'))
    return { verb, action: verb, path, typed: await readAction(program, path, verb, verb, verb.help, rest) }
  const wrong = `${path} takes ${listed(verb.verbs)}, not ${JSON.stringify(inner)}`
  const action = named(verb.verbs, inner, wrong, helpHint(path))
  const whole = `${path} ${inner}`
  return {
    verb,
    action,
    path: whole,
    typed: await readAction(program, whole, verb, action, action.summary, rest.slice(1)),
  }
}

async function readAction(
  program: Program,
  path: string,
  verb: Verb<never>,
  action: Verb<never> | Action<never>,
  help: string,
  words: readonly string[],
): Promise<Typed<Options, Arguments> | string> {
  const plain = readPlain(action as Declaration, words)
  if (plain !== undefined) return plain
  const { actionCommand, read } = await commandLine()
  const hint: Hint = (option) => {
    if (option === undefined) return helpHint(path)
    const own = ownFlagText(program, verb, option)
    if (own !== undefined) return own
    return action.arguments ? `${helpHint(path)}; -- goes before a word that begins with a dash` : helpHint(path)
  }
  return read(actionCommand(path, action, help), action, words, hint)
}

/** The one with this name. USAGE, with the one that was probably meant. */
export function named<T extends { readonly name: string }>(
  all: readonly T[],
  name: string,
  message: string,
  hint: string,
): T {
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
