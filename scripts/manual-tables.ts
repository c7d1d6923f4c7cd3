/** The tables of the code as parts of a manual page, in mdoc. */
import { type ErrorCode, errorKinds } from '../src/base/index.ts'
import { flagsCommand } from '../src/cli/cli.ts'
import type { Verb } from '../src/cli/index.ts'
import { verbs } from '../src/cli/verbs/index.ts'
import { type Setting, settings } from '../src/config/settings.ts'
import { mdocOf } from './mdoc.ts'

/** The groups of verbs; what stands in none of them reads, or has to do with configuration. */
const groups: Readonly<Record<string, readonly string[]>> = {
  disk: ['lock', 'unlock', 'snap', 'exec', 'reboot', 'ci', 'up'],
  branch: ['fork', 'migrate', 'branches', 'resolve'],
  daemon: ['start', 'stop', 'restart', 'seal', 'daemon'],
}

/** What an exit status means, in a few words; each status of the table of failures has to be here. */
const meaningByExit: Readonly<Record<number, string>> = {
  0: 'Done.',
  1: 'A change or a replay failed, or is not possible as things stand.',
  2: 'No such file; or interrupted, as by Ctrl-C.',
  22: 'Wrong use, or a mistake in the configuration.',
  75: 'The daemon gives way to another release of itself and is to be started again.',
  220: 'Somebody else has the lock.',
  221: 'The branch is not locked.',
  222: 'A lock needs a message.',
  223: "The daemon does not run, or can't go on.",
  224: 'Something happened that should not be possible.',
}

export function synopsis(): string {
  const flags = flagsCommand('').options.filter(({ required }) => !required)
  const letters = [...flags.map(({ short }) => short?.slice(1) ?? ''), 'h'].sort((a, b) => (a < b ? -1 : 1)).join('')
  const words = flagsCommand('').options.filter(({ required }) => required)
  const withWord = words.map(({ short, flags: text }) => `.Op Fl ${short?.slice(1)} Ar ${/<(.*)>/.exec(text)?.[1]}`)
  return ['.Sh SYNOPSIS', '.Nm', `.Op Fl ${letters}`, ...withWord, '.Ar verb', '.Op Ar argument ...'].join('\n')
}

export function flagList(): string {
  const command = flagsCommand('')
  const rows = command
    .createHelp()
    .visibleOptions(command)
    .map(({ flags, description }) => {
      const [, short, long, word] = /^-(.), --([\w-]+)(?: <(.*)>)?$/.exec(flags) ?? []
      const argument = word === undefined ? '' : ` Ar ${word}`
      return `.It Fl ${short} , Fl \\-${long?.replaceAll('-', '\\-')}${argument}\n${bodyOf(sentence(description))}`
    })
  return list(rows)
}

/** The verbs of a group, in the order of their names. */
export function verbList(group = 'other'): string {
  const grouped = Object.values(groups).flat()
  const isIn = ({ name }: Verb): boolean => groups[group]?.includes(name) ?? !grouped.includes(name)
  const chosen = verbs.filter(isIn).sort((a, b) => (a.name < b.name ? -1 : 1))
  return list(chosen.map((verb) => `.It ${usageOf(verb)}\n${bodyOf(verb.help)}\n${exitsOf(verb)}`))
}

function exitsOf({ exits }: Verb): string {
  const others = exits.filter((exit) => exit !== 0)
  return others.length === 0 ? 'Exits with 0.' : `Exits with 0, or else ${others.join(', ')}.`
}

/** `log [-n COUNT] [--json]` in mdoc: literal words, flags, what stands for something else, and what may be left out. */
function usageOf({ usage }: Verb): string {
  const tokens = usage.match(/[[\]|]|[^\s[\]|]+/g) ?? []
  return tokens
    .map((token) => {
      if (token === '[') return 'Oo'
      if (token === ']') return 'Oc'
      if (token === '|') return '|'
      if (/^--?\w/.test(token)) return `Fl ${token.slice(1).replaceAll('-', '\\-')}`
      if (/^[^a-z]+$/.test(token)) return `Ar ${token}`
      return `Cm ${token.replaceAll('-', '\\-')}`
    })
    .join(' ')
}

export function settingList(): string {
  const rows = Object.values(settings).map((row: Setting<unknown>) => {
    const fallback = row.fallback === undefined ? '' : ` Default: \`${row.fallback === false ? 'no' : row.fallback}\`.`
    const environment = row.environmentOnly ? ' Only in the environment.' : ''
    return `.It Ev ${row.env}\n${bodyOf(`${row.describe}${environment} Takes: ${row.form}.${fallback}`)}`
  })
  return list(rows)
}

/** The settings that a running daemon can't change. */
export function needRestart(): string {
  const rows = Object.values(settings).filter((row: Setting<unknown>) => row.needsRestart === true)
  return rows.map(({ env }) => env).join(', ')
}

export function exitList(): string {
  const statuses = [0, ...Object.values(errorKinds).map(({ exit }): number => exit)]
  const rows = [...new Set(statuses)].sort((a, b) => a - b)
  return list(
    rows.map((exit) => {
      const meaning = meaningByExit[exit]
      if (meaning === undefined) throw new Error(`exit status ${exit} has no meaning in scripts/manual-tables.ts`)
      return `.It ${exit}\n${bodyOf(meaning)}`
    }),
  )
}

export function failureList(): string {
  const codes = Object.keys(errorKinds) as ErrorCode[]
  return list(
    codes.map((code) => `.It Er ${code}\n${bodyOf(sentence(`${errorKinds[code].exit}: ${errorKinds[code].hint}`))}`),
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`
}

/** Text of a list's item. */
function bodyOf(text: string): string {
  return mdocOf(text)
    .replace(/^\.Pp\n/, '')
    .trim()
}

function list(rows: readonly string[]): string {
  return `.Bl -tag -width indent\n${rows.join('\n')}\n.El`
}
