import { IsconfError } from '../../base/index.ts'
import type { Verb, VerbContext } from '../verb.ts'

export const execVerb: Verb = {
  name: 'exec',
  usage: 'exec [--env NAME]... [--sh STRING | COMMAND [ARG...]]',
  summary: 'Run a command here, and record it',
  help:
    'Runs the command in the current directory, without a shell and with nothing to read. When it ends with status 0 ' +
    'it is recorded, and after ci every other host of the branch runs it at this point of the journal. Otherwise ' +
    "nothing is recorded and isconf exits with the command's status. --env records a variable of yours with it; no " +
    'other variable of yours reaches the command. --sh is short for sh -c. What stands behind the command is the ' +
    "command's; -- goes before a command that begins with a dash.",
  exits: [0, 1, 2, 220, 221],
  run: async ({ client, user, cwd, show, variable }, words) => {
    const { argv, env } = parse(words, variable)
    await client.post('/v1/exec', { user, cwd, argv, ...(Object.keys(env).length > 0 && { env }) }, show)
    return 0
  },
}

interface Parsed {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Options stand directly behind exec; with the first word that is none the command begins. */
function parse(words: readonly string[], variable: VerbContext['variable']): Parsed {
  const env: Record<string, string> = {}
  let at = 0
  for (; words[at] === '--env'; at += 2) {
    const name = words[at + 1] ?? ''
    env[name] = callersValue(name, variable)
  }
  const first = words[at]
  if (first === '--sh') return { argv: ['sh', '-c', shellString(words.slice(at + 1))], env }
  if (first !== '--' && first?.startsWith('-')) {
    throw wrongUse(`exec has no option ${JSON.stringify(first)}; -- goes before a command of that name`)
  }
  const argv = words.slice(first === '--' ? at + 1 : at)
  if (argv.length === 0) throw wrongUse('exec: no command given')
  refuseUnreadable([...argv, ...Object.values(env)])
  return { argv, env }
}

function callersValue(name: string, variable: VerbContext['variable']): string {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw wrongUse(`exec --env takes the name of a variable, not ${JSON.stringify(name)}`)
  const value = variable(name)
  if (value === undefined) throw wrongUse(`exec --env ${name}: ${name} is not set`)
  return value
}

function shellString([string, extra]: readonly string[]): string {
  if (string === undefined) throw wrongUse('exec --sh: no string given')
  if (extra !== undefined) throw wrongUse(`exec --sh takes one string, not also ${JSON.stringify(extra)}`)
  refuseUnreadable([string])
  return string
}

/** What is not UTF-8 has come here with replacement characters in it: it would be another command. */
function refuseUnreadable(words: readonly string[]): void {
  const wrong = words.find((word) => word.includes('\ufffd'))
  if (wrong !== undefined)
    throw wrongUse(`exec: ${JSON.stringify(wrong)} is not UTF-8, and cannot be recorded as it is`)
}

function wrongUse(what: string): IsconfError {
  return new IsconfError('USAGE', `isconf ${what}`)
}
