/** The command line and the environment of make. */
import { IsconfError } from '../../base/index.ts'
import type { Placed } from '../hosts-conf/index.ts'
import { idleTarget } from './database.ts'
import { progressLine, progressName } from './progress.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The words that every call of make has: no built-in rules, and the makefile. */
export function makeWords(file: string): readonly string[] {
  // A built-in rule would make the group NAME out of a stamp NAME.sh.
  return ['-r', '-f', file]
}

/** What Linux lets a variable of the environment be long, less what make puts before the variables for its children. */
const flagsBytesMax = 32 * 4096 - 256

/**
 * Gives make variables as a make above it would: they count as those of the command line do, and nobody sees them in
 * the list of processes, where every user may look. CONFIG when the kernel would not take them.
 */
export function withVariables(environment: Environment, variables: ReadonlyMap<string, Placed>): Environment {
  const rows = [...variables].map(([name, { value, place, isMakeText }]) => {
    return { word: `${name}=${escaped(isMakeText ? value : makeText(value))}`, name, place }
  })
  const flags = `-- ${rows.map(({ word }) => word).join(' ')}`
  if (Buffer.byteLength(flags) <= flagsBytesMax) return { ...environment, MAKEFLAGS: flags }
  const [longest] = rows.sort((a, b) => b.word.length - a.word.length)
  const message = `${longest?.place}: the variables of this host are too long for any program: ${Buffer.byteLength(flags)} bytes together, of at most ${flagsBytesMax}`
  const hint = `the longest is ${longest?.name}; let targets of packages.conf stand for long lists`
  throw new IsconfError('CONFIG', message, { hint })
}

/** As make writes words into MAKEFLAGS: it is expanded once, and then taken apart at blanks. */
const escaped = (value: string): string => value.replaceAll(/[\s\\]/g, '\\$&').replaceAll('$', '$$$$')

/**
 * A value of hosts.conf for make, which expands `$(NAME)` and `${NAME}` and takes `$$` for a dollar sign. Any other
 * dollar sign is one: in `$6$salt$hash` make would see three variables of one letter, which nothing sets. Blanks in
 * front, which make would drop, stand behind a variable that is empty.
 */
function makeText(value: string): string {
  const text = value.replaceAll(/\$(\$|\([^)]*\)|\{[^}]*\})?/g, (found, rest?: string) =>
    rest === undefined ? '$$' : found,
  )
  return /^\s/.test(text) ? `$()${text}` : text
}

/** The words that make make read and print, and do nothing. With its own empty recipe no rule for `%` is tried. */
export const readingWords: readonly string[] = ['-p', '-q', `--eval=${idleTarget}: ;`, idleTarget]

/**
 * The words for a make that is to do something. Only the first make takes them, and none that a recipe calls.
 *
 * What is done of a step that fails is no stamp. A recipe's environment is made when its first command is: that is where
 * make tells which step it begins, without a process more.
 */
export const runningWords: readonly string[] = [
  `--eval=$(if $(filter 0,$(MAKELEVEL)),${[
    '.DELETE_ON_ERROR:',
    '.NOTPARALLEL:',
    `export HOSTKEEPER_STEP=$(if $(filter $(HOSTKEEPER_BEGUN),$@),,$(file >>${progressName},${progressLine.begin})$(eval HOSTKEEPER_BEGUN:=$@))$@`,
  ]
    .map((line) => `$(eval ${line.replaceAll('$', '$$$$')})`)
    .join('')})`,
]

/** A file that a shell reads, with these variables. */
export function shAssignments(variables: ReadonlyMap<string, Placed>): string {
  const lines = [...variables].map(([name, { value, place }]) => `${name}=${shQuoted(value)} # ${place}\n`)
  return `# What hostkeeper has given to make. Written at every run.\n${lines.join('')}`
}

function shQuoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
