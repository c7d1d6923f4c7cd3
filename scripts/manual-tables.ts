/** The tables of the code as parts of a manual page, in mdoc. */
import { type ErrorCode, errorKinds, somethingToDo, trustedPaths } from '../src/base/index.ts'
import { verbsByGroup } from '../src/cli/verbs/index.ts'
import { commandDefaults, commandFacts } from '../src/config/command-variables.ts'
import { type Setting, settings } from '../src/config/settings.ts'
import { type HostkeeperSetting, hostkeeperSettings } from '../src/hostkeeper/program/settings.ts'
import { hostkeeperVerbs } from '../src/hostkeeper/verbs/hostkeeper.io.ts'
import { limitRows } from '../src/machine/command-limits.ts'
import { type Program, usagesOf, type Verb } from '../src/terminal/index.ts'
import { mdocOf } from './mdoc.ts'
import { actionOptions, programNamed, programOptions, type ShownOption } from './programs.ts'

/** What an exit status means, in a few words; each status of the table of failures has to be here. */
const meaningByExit: Readonly<Record<number, string>> = {
  0: 'Done.',
  1: 'A change or a replay failed, or is not possible as things stand.',
  2: 'No such file; or interrupted, as by Ctrl-C.',
  3: 'What is here is done, and other hosts have more that could not be fetched.',
  4: 'Another command changes this host just now; nothing was done.',
  5: 'Of a dry run of up: there is something to do, and nothing is seen to stop it.',
  6: 'This host or its branch is held: nothing more was done.',
  22: 'Wrong use, or a mistake in the configuration.',
  75: 'The daemon gives way to another release of itself and is to be started again.',
  220: 'Somebody else has the lock.',
  221: 'The branch is not locked.',
  222: 'A lock needs a message.',
  223: "The daemon does not run, or can't go on.",
  224: 'Something happened that should not be possible.',
}

export function synopsis(name?: string): string {
  const program = programNamed(name)
  const options = programOptions(program)
  const letters = options.flatMap(({ short, word }) => (word === undefined && short !== undefined ? [short] : []))
  const sorted = letters.sort((a, b) => (a < b ? -1 : 1)).join('')
  const withWord = options.filter(({ word }) => word !== undefined)
  const rows = withWord.map(({ short, long, word }) => `.Op Fl ${short ?? `\\-${escaped(long)}`} Ar ${word}`)
  return ['.Sh SYNOPSIS', '.Nm', `.Op Fl ${sorted}`, ...rows, ...operandsOf(program)].join('\n')
}

function operandsOf(program: Program): readonly string[] {
  if (program.verbs.length > 0) return ['.Ar verb', '.Op Ar argument ...']
  return Object.values(program.arguments ?? {}).map(
    ({ name, required, many }) => `.${required ? '' : 'Op '}Ar ${name.toLowerCase()}${many ? ' ...' : ''}`,
  )
}

export function flagList(program?: string): string {
  return list(programOptions(programNamed(program)).map((option) => optionItem(option)))
}

/** An option of a list; of a verb of a verb with its name before it. */
function optionItem({ short, long, word, describe }: ShownOption, of = ''): string {
  const names = [...(short === undefined ? [] : [short]), ...(long === undefined ? [] : [`\\-${escaped(long)}`])]
  const argument = word === undefined ? '' : ` Ar ${word}`
  return `.It ${of}Fl ${names.join(' , Fl ')}${argument}\n${bodyOf(sentence(describe))}`
}

/** The verbs of isconf in a group, or all those of another program, in the order of their names. */
export function verbList(group = 'other'): string {
  const all = group === 'hostkeeper' ? hostkeeperVerbs : verbsByGroup[group as keyof typeof verbsByGroup]
  const chosen = [...all].sort((a, b) => (a.name < b.name ? -1 : 1))
  return list(chosen.map((verb) => `.It ${usageOf(verb)}\n${bodyOf(verb.help)}\n${optionsOf(verb)}${exitsOf(verb)}`))
}

function optionsOf(verb: Verb<never>): string {
  const own = actionOptions(verb).map((option) => optionItem(option))
  const inner = (verb.verbs ?? []).flatMap((action) =>
    actionOptions(action).map((option) => optionItem(option, `Cm ${action.name} `)),
  )
  const words = Object.values(verb.arguments ?? {}).filter(({ required }) => !required)
  const rows = [...own, ...words.map((one) => `.It Ar ${one.name}\n${bodyOf(sentence(one.describe))}`), ...inner]
  return rows.length === 0 ? '' : `${list(rows)}\n.Pp\n`
}

function exitsOf({ exits }: Verb<never>): string {
  const others = exits.filter((exit) => exit !== 0)
  return others.length === 0 ? 'Exits with 0.' : `Exits with 0, or else ${others.join(', ')}.`
}

/** `log [-n COUNT] [--json]` in mdoc: literal words, flags, what stands for something else, and what may be left out. */
function usageOf(verb: Verb<never>): string {
  const tokens =
    usagesOf(verb)
      .join(' | ')
      .match(/[[\]|]|[^\s[\]|]+/g) ?? []
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

/** The settings of isconf, or of hostkeeper. */
export function settingList(program = 'isconf'): string {
  if (program === 'isconf') return isconfSettingList()
  const rows = Object.values(hostkeeperSettings).map((row: HostkeeperSetting<unknown>) => {
    const fallback = row.fallback === undefined ? '' : ` Default: \`${row.fallback}\`.`
    return `.It Ev ${row.name}\n${bodyOf(`${row.describe} Takes: ${row.form}.${fallback}`)}`
  })
  return list(rows)
}

function isconfSettingList(): string {
  const rows = Object.values(settings).map((row: Setting<unknown>) => {
    const fallback = row.fallback === undefined ? '' : ` Default: \`${row.fallback === false ? 'no' : row.fallback}\`.`
    const environment = row.environmentOnly ? ' Only in the environment.' : ''
    return `.It Ev ${row.env}\n${bodyOf(`${row.describe}${environment} Takes: ${row.form}.${fallback}`)}`
  })
  return list(rows)
}

/** What commands get: variables that main.cf may change, facts, or what is fixed. */
export function commandList(which = ''): string {
  const rows = { defaults: commandDefaults, facts: commandFacts, limits: limitRows }[which]
  if (!rows) throw new Error(`no such table of commands: ${which}`)
  const item = which === 'limits' ? '.It' : '.It Ev'
  return list(rows.map(({ name, form, why }) => `${item} ${name}\n${bodyOf(`${sentence(form)} ${sentence(why)}`)}`))
}

/** The settings that a running daemon can't change. */
export function needRestart(): string {
  const rows = Object.values(settings).filter((row: Setting<unknown>) => row.needsRestart === true)
  return rows.map(({ env }) => env).join(', ')
}

export function exitList(): string {
  const statuses = [0, somethingToDo, ...Object.values(errorKinds).map(({ exit }): number => exit)]
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

/** What nobody but root may be able to change, and what comes of it otherwise. */
export function trustedList(): string {
  return list(
    Object.values(trustedPaths).map(
      ({ what, covers, otherwise }) => `.It ${what}\n${bodyOf(`${sentence(covers)} ${otherwise}`)}`,
    ),
  )
}

/** A long option as roff has it. */
function escaped(long = ''): string {
  return long.replaceAll('-', '\\-')
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
