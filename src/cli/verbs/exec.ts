import { IsconfError } from '../../base/index.ts'
import {
  aCommand,
  anArgument,
  optionalWord,
  optionalWords,
  value,
  values,
  type WordType,
} from '../../terminal/index.ts'
import { type VerbContext, verb } from '../verb.ts'

const variableName: WordType<string> = {
  takes: 'the name of a variable',
  parse: (word) => (/^[A-Za-z_]\w*$/.test(word) ? word : undefined),
}

export const execVerb = verb({
  name: 'exec',
  summary: 'Run a command here, and record it',
  help:
    'Runs the command in the current directory, without a shell, without a terminal and with no input; text that ' +
    'is piped into it is refused. If it exits with 0 it is recorded, and after ci every other host of the branch ' +
    "runs it at this point of the journal. Otherwise nothing is recorded, and isconf exits with the command's " +
    'status; what the command did before it failed is on this host alone, and status and the other hosts say so ' +
    'until it is put right and isconf done records that. The command gets none of your variables except those ' +
    'that --env names. Everything after the command belongs to the command; put -- before a command that begins ' +
    'with a dash.',
  exits: [0, 1, 2, 220, 221],
  options: {
    names: values('--env <name>', 'record this variable of yours with the command', variableName),
    sh: value('--sh <string>', 'short for sh -c'),
  },
  arguments: {
    command: optionalWord('COMMAND', 'what to run', aCommand),
    words: optionalWords('ARG', 'its arguments', anArgument),
  },
  passThrough: true,
  run: async ({ client, user, cwd, show, variable, hasInput }, typed) => {
    const { argv, env } = commandIn(typed, variable)
    if (await hasInput()) throw new IsconfError('USAGE', inputMessage, { hint: inputHint })
    await client.post('/v1/exec', { user, cwd, argv, ...(Object.keys(env).length > 0 && { env }) }, show)
    return 0
  },
})

const inputMessage = 'isconf exec: there is text on standard input, and a command that is recorded reads nothing'
const inputHint =
  'snap the text as a file that the command names, or write it into the command: isconf exec --sh "…"; if it is meant ' +
  'for something else: isconf exec … </dev/null'

interface ExecWords {
  readonly sh: string | undefined
  readonly names: readonly string[]
  readonly command: string | undefined
  readonly words: readonly string[]
}

/** The command, and the variables that go with it. */
function commandIn(
  { sh, names, command, words }: ExecWords,
  variable: VerbContext['variable'],
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const env = Object.fromEntries(names.map((name) => [name, callersValue(name, variable)]))
  if (sh !== undefined && command !== undefined)
    throw wrongUse(`exec --sh takes one string, not ${JSON.stringify(command)} as well`)
  const argv = sh !== undefined ? ['sh', '-c', sh] : command === undefined ? [] : [command, ...words]
  if (argv.length === 0) throw wrongUse('exec: no command given')
  refuseUnreadable([...argv, ...Object.values(env)])
  return { argv, env }
}

function callersValue(name: string, variable: VerbContext['variable']): string {
  const value = variable(name)
  if (value === undefined) throw wrongUse(`exec --env ${name}: ${name} is not set`)
  return value
}

/** Refuses words that were not UTF-8: they have replacement characters in them, and would be another command. */
function refuseUnreadable(words: readonly string[]): void {
  const wrong = words.find((word) => word.includes('\ufffd'))
  if (wrong !== undefined) throw wrongUse(`exec: ${JSON.stringify(wrong)} is not UTF-8, and can't be recorded as it is`)
}

function wrongUse(what: string): IsconfError {
  return new IsconfError('USAGE', `isconf ${what}`)
}
