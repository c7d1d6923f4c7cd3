/**
 * Reads words as a declaration says. commander does the reading; it gets the declaration, and its failures get our
 * words.
 */
import { Command, Argument as CommanderArgument, CommanderError, Option as CommanderOption } from 'commander'
import { IsconfError } from '../base/index.ts'
import type {
  Action,
  Argument,
  Arguments,
  Declaration,
  Option,
  Options,
  Program,
  Typed,
  Verb,
  WordType,
} from './declaration.ts'
import { programUsage, usageOf, verbTable } from './usage.ts'

/** A program as commander has it. */
export function programCommand(program: Program, release: string): Command {
  const { name, verbs } = program
  return withVerbTable(
    commandOf(name, program, () => programUsage(program)),
    verbs,
  ).version(`${name} ${release}`, '-V, --version', 'show the release')
}

/** A verb, or a verb of a verb, as commander has it. */
export function actionCommand(path: string, action: Verb<never> | Action<never>, help: string): Command {
  return withVerbTable(commandOf(path, action).description(help), ('verbs' in action && action.verbs) || [])
}

function withVerbTable(command: Command, verbs: readonly (Verb<never> | Action<never>)[]): Command {
  return command.addHelpText('after', () => (verbs.length === 0 ? '' : `\n${verbTable(verbs).trimEnd()}`))
}

/** A declaration as a command of commander; `path` is how a person calls it, as in `isconf bank add`. */
export function commandOf(path: string, declaration: Declaration, usage = usageOf): Command {
  const command = new Command(path)
    // Only for help: a command that is run waits for no text.
    .configureHelp({ commandUsage: () => `${path} ${inLines(usage(declaration), `Usage: ${path} `.length)}` })
    .helpOption('-h, --help', 'show this help')
    .passThroughOptions(declaration.passThrough === true)
  for (const [key, option] of Object.entries(declaration.options ?? {}))
    command.addOption(commanderOption(path, option, excludedBy(key, declaration)))
  for (const argument of Object.values(declaration.arguments ?? {}))
    command.addArgument(commanderArgument(path, argument))
  return command
}

/** Breaks a usage into lines of at most 80 characters, each below the first; brackets stay together. */
function inLines(usage: string, indent: number): string {
  const parts = usage.match(/(?:\[[^\]]*\]|\S)+/g) ?? []
  let column = indent
  const placed = parts.map((part) => {
    const isNext = column > indent && column + part.length > 80
    column = (isNext ? indent : column) + part.length + 1
    return isNext ? `\n${' '.repeat(indent)}${part}` : part
  })
  return placed.join(' ').replaceAll(' \n', '\n')
}

function excludedBy(key: string, { options = {}, exclusive = [] }: Declaration): string[] {
  const others = exclusive.includes(key) ? exclusive.filter((other) => other !== key) : []
  return others.map((other) => new CommanderOption(options[other]?.flags ?? '').attributeName())
}

function commanderOption(path: string, option: Option, conflicts: string[]): CommanderOption {
  const { flags, describe, type, many, fallback } = option
  const made = new CommanderOption(flags, describe).conflicts(conflicts)
  if (type) made.argParser(parserOf(`${path} ${made.short ?? made.long}`, type, many))
  // An empty list is nothing that help should name.
  return fallback === undefined ? made : made.default(fallback, many ? 'none' : undefined)
}

function commanderArgument(path: string, { name, describe, type, required, many }: Argument): CommanderArgument {
  const shape = many ? `${name}...` : name
  const made = new CommanderArgument(required ? `<${shape}>` : `[${shape}]`, describe)
  return made.argParser(parserOf(`${path} ${name}`, type, many))
}

type Parser = (word: string, before: unknown) => unknown

function parserOf(what: string, { takes, parse }: WordType<unknown>, many: boolean): Parser {
  return (word, before) => {
    const parsed = parse(word)
    if (parsed === undefined) throw new IsconfError('USAGE', `${what} takes ${takes}, not ${JSON.stringify(word)}`)
    return many ? [...((before as readonly unknown[] | undefined) ?? []), parsed] : parsed
  }
}

/** What to do about wrong use; for an unknown option, the hint about that option. */
export type Hint = (option?: string) => string

/** What was typed, or the text that was asked for with --help or --version. USAGE. */
export function read<O extends Options, A extends Arguments>(
  command: Command,
  declaration: Declaration<O, A>,
  words: readonly string[],
  hint: Hint,
): Typed<O, A> | string {
  const printed: string[] = []
  command.exitOverride().configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => undefined })
  try {
    command.parse([...words], { from: 'user' })
    refuseNumbers(command, declaration, words)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return printed.join('')
    if (error instanceof IsconfError) throw new IsconfError('USAGE', error.message, { hint: hint() })
    throw error instanceof CommanderError ? wrongUse(command, error, hint) : error
  }
  const options = Object.entries(declaration.options ?? {}).map(([key, { flags, read }]) => {
    const name = command.options.find((option) => option.flags === flags)?.attributeName() ?? ''
    return [key, read(command.getOptionValue(name))]
  })
  const taken = Object.entries(declaration.arguments ?? {})
  const rest = taken.map(([key, { read }], at) => [key, read(command.processedArgs[at])])
  return Object.fromEntries([...options, ...rest]) as Typed<O, A>
}

/** To commander what looks like a number is no option, though it has a dash. */
function refuseNumbers(command: Command, { passThrough }: Declaration, words: readonly string[]): void {
  const number = passThrough || words.includes('--') ? undefined : command.args.find((word) => /^-./.test(word))
  if (number !== undefined) throw new IsconfError('USAGE', `${command.name()} does not take ${JSON.stringify(number)}`)
}

function wrongUse(command: Command, error: CommanderError, hint: Hint): IsconfError {
  const told = error.message.replace(/^error: /, '')
  const [, quoted = ''] = /'(.*?)'/s.exec(told) ?? []
  const isOption = error.code === 'commander.unknownOption'
  return new IsconfError('USAGE', messageOf(command, error.code, told, quoted), {
    hint: hint(isOption ? quoted : undefined),
  })
}

function messageOf(command: Command, code: string, told: string, quoted: string): string {
  const path = command.name()
  switch (code) {
    case 'commander.unknownOption':
      return `${path} does not take ${JSON.stringify(quoted)}${/\n\(Did/.test(told) ? told.replace(/^.*\n\(Did/s, ' (did') : ''}`
    case 'commander.excessArguments':
      return `${path} does not take ${JSON.stringify(command.args[command.registeredArguments.length])}`
    case 'commander.missingArgument':
      return `${path}: no ${quoted.toLowerCase()} given`
    case 'commander.optionMissingArgument':
      return `${path} ${quoted.split(/[, ]/)[0]} takes a value`
    default:
      return `${path}: ${told}`
  }
}
