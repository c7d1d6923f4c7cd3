/** The command line and the environment of make. */
import type { Placed } from '../hosts-conf/hosts-conf.ts'
import { progressLine, progressName } from '../run/progress.ts'
import { idleTarget } from './database.ts'

/** What make takes from its environment as words of its command line: a -j or --shuffle there would break the order. */
const leftOut = new Set([
  'MAKEFLAGS',
  'GNUMAKEFLAGS',
  'MFLAGS',
  'MAKEFILES',
  'MAKELEVEL',
  'MAKEOVERRIDES',
  'MAKECMDGOALS',
  'MAKE_RESTARTS',
  'MAKE_TERMOUT',
  'MAKE_TERMERR',
  // These are said to hostkeeper, and make is told by a flag.
  'NOOP',
  'DEBUG',
])

/** Where programs are when nobody has said it, as at boot. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

type Environment = Readonly<Record<string, string | undefined>>

/** The caller's environment without what is for make, with `own`, and with `directories` first in PATH. */
export function makeEnvironment(caller: Environment, own: Environment, directories: readonly string[]): Environment {
  const kept = Object.entries(caller).filter(([name]) => !leftOut.has(name))
  const path = [...directories, caller['PATH'] || usualPath].join(':')
  return { ...Object.fromEntries(kept), ...own, PATH: path }
}

/** The words that every call of make has: no built-in rules, the makefile, the variables. */
export function makeWords(file: string, variables: ReadonlyMap<string, Placed>): readonly string[] {
  // A built-in rule would make the group NAME out of a stamp NAME.sh.
  return ['-r', '-f', file, ...[...variables].map(([name, { value }]) => `${name}=${value}`)]
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
