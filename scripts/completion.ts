/** Completions for shells, from the table of verbs. */
import type { Program, Verb, WordType } from '../src/terminal/index.ts'
import { bashPaths, fishPaths, zshPaths } from './completion-paths.ts'
import { actionOptions, programNamed, programOptions, type ShownOption } from './programs.ts'

const written = 'written by npm run fix from the table of verbs'

/** The files, by their path. */
export function completions(): readonly (readonly [string, string])[] {
  return ['isconf', 'hostkeeper'].map(programNamed).flatMap((program): (readonly [string, string])[] => [
    [`completion/${program.name}.bash`, bash(program)],
    [`completion/_${program.name}`, zsh(program)],
    [`completion/${program.name}.fish`, fish(program)],
  ])
}

/** What can be completed behind a verb; what its own verbs take is offered with it. */
interface Words {
  readonly options: readonly ShownOption[]
  /** Options, with their dashes, and words that are to be typed as they stand. */
  readonly literal: readonly string[]
  readonly takes: WordType<unknown>['completes']
}

function wordsOf(verb: Verb<never>, program: Program): Words {
  const actions = [verb, ...(verb.verbs ?? [])]
  const options = actions.flatMap(actionOptions)
  const names = (verb.verbs ?? []).map(({ name }) => name)
  const takes = actions.flatMap((action) => Object.values(action.arguments ?? {}))[0]?.type.completes
  const topics = (program.topics ?? []).map(({ name }) => name)
  const verbs = takes === 'verbs' ? [...program.verbs.map(({ name }) => name), ...topics] : []
  return { options, literal: [...new Set([...options.flatMap(dashed), ...names, ...verbs])], takes }
}

/**
 * Asks the daemon, and is silent when there is none. The first member of a line is what is wanted. Of a host that calls
 * itself something else nothing is offered: bash expands the words that it is given.
 */
const asked: Readonly<Partial<Record<Extract<Words['takes'], string>, string>>> = {
  branches: 'isconf branches --json 2>/dev/null | sed -n \'s/^{"name":"\\([A-Za-z0-9._-]*\\)".*/\\1/p\'',
  changesets: 'isconf log -n 100 --json 2>/dev/null | sed -n \'s/^{"id":"\\([0-9a-f]\\{12\\}\\).*/\\1/p\'',
  hosts: 'isconf hosts --json 2>/dev/null | sed -n \'s/^{"name":"\\([A-Za-z0-9._-]*\\)".*/\\1/p\'',
}

function askedFor(takes: Words['takes']): string | undefined {
  return typeof takes === 'string' ? asked[takes] : undefined
}

function takesPaths(program: Program): boolean {
  return program.verbs.some((verb) => ['paths', 'branches or paths'].includes(String(wordsOf(verb, program).takes)))
}

function dashed({ short, long }: ShownOption): readonly string[] {
  return [...(short === undefined ? [] : [`-${short}`]), ...(long === undefined ? [] : [`--${long}`])]
}

function bash(program: Program): string {
  const { name: called, verbs } = program
  const flags = programOptions(program)
  const flagWords = flags.flatMap(dashed)
  const withWord = flags.filter(({ word }) => word !== undefined)
  const skipped = withWord.flatMap(dashed).join(' | ')
  const cases = verbs.flatMap((verb) => {
    const { literal, takes } = wordsOf(verb, program)
    if (takes === 'command') return []
    if (takes === 'branches or paths')
      return [
        `    ${verb.name}) if [[ $word == */* ]]; then _isconf_paths; else ${bashOffer(literal, 'branches')}; fi ;;`,
      ]
    const list = askedFor(takes)
    const words = literal.length === 0 && list === undefined ? [] : [bashOffer(literal, takes)]
    const files = takes === 'files' ? ['compopt -o default'] : takes === 'paths' ? ['_isconf_paths'] : []
    const all = [...words, ...files]
    return all.length === 0 ? [] : [`    ${verb.name}) ${all.join('; ')} ;;`]
  })
  const runners = verbs.filter((verb) => wordsOf(verb, program).takes === 'command').map(({ name }) => name)
  const runnersCase = runners.length === 0 ? [] : [completeCommand(runners)]
  const values = [...new Set(verbs.flatMap((verb) => bashValues(verb, program)))]
  const valuesCase =
    values.length === 0
      ? ''
      : `  case \${COMP_WORDS[at]}:\${COMP_WORDS[COMP_CWORD - 1]} in\n${values.join('\n')}\n  esac\n`
  return `# Completion of ${called}(8) for bash, ${written}.
${takesPaths(program) ? bashPaths : ''}_${called}() {
  local word=\${COMP_WORDS[COMP_CWORD]} at=1
  COMPREPLY=()
  while ((at < COMP_CWORD)); do
    case \${COMP_WORDS[at]} in
      ${skipped}) ((at += 2)) ;;
      -*) ((at += 1)) ;;
      *) break ;;
    esac
  done
  if ((at > COMP_CWORD)); then
    compopt -o default
    return
  fi
  if ((at == COMP_CWORD)); then
    mapfile -t COMPREPLY < <(compgen -W '${[...verbs.map(({ name }) => name), ...flagWords].join(' ')}' -- "$word")
    return
  fi
${valuesCase}  case \${COMP_WORDS[at]} in
${[...cases, ...runnersCase].join('\n')}
  esac
}
complete -F _${called} ${called}
`
}

/** What an option of a verb takes, in one line each; nothing where that is free text. */
function bashValues(verb: Verb<never>, program: Program): readonly string[] {
  const withWord = wordsOf(verb, program).options.filter(({ word }) => word !== undefined)
  return withWord.map((option) => {
    const names = dashed(option).map((name) => `${verb.name}:${name}`)
    const words = wordsFor(option.completes)
    const offer = words === undefined ? '' : `mapfile -t COMPREPLY < <(compgen -W "${words}" -- "$word"); `
    return `    ${names.join(' | ')}) ${option.completes === 'files' ? 'compopt -o default; ' : offer}return ;;`
  })
}

/** The words themselves, or the command that prints them in a shell. */
function wordsFor(completes: Words['takes']): string | undefined {
  if (typeof completes === 'object') return completes.join(' ')
  const list = askedFor(completes)
  return list === undefined ? undefined : `$(${list})`
}

function bashOffer(literal: readonly string[], takes: Words['takes']): string {
  const list = askedFor(takes)
  const offered = list === undefined ? `'${literal.join(' ')}'` : `"${literal.join(' ')} $(${list})"`
  return `mapfile -t COMPREPLY < <(compgen -W ${offered} -- "$word")`
}

function completeCommand(runners: readonly string[]): string {
  return `    ${runners.join(' | ')})
      if ((at + 1 == COMP_CWORD)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$word")
      else
        compopt -o default
      fi
      ;;`
}

function zsh(program: Program): string {
  const { name: called, verbs } = program
  const quoted = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&')
  const flagLines = programOptions(program).map(({ short, long, describe, word }) => {
    const action = word === undefined ? '' : `:${word}:${word === 'file' || word === 'config' ? '_files' : ' '}`
    return `    '(-${short} --${long})'{-${short},--${long}}'[${quoted(describe)}]${action}' \\`
  })
  const cases = verbs.flatMap((verb) => {
    const { literal, takes } = wordsOf(verb, program)
    if (takes === 'branches or paths') {
      const words = `compadd -- ${literal.join(' ')} $(${asked.branches})`
      return [`            ${verb.name}) if [[ $PREFIX == */* ]]; then _isconf_paths; else ${words}; fi ;;`]
    }
    const actions = [
      ...(literal.length === 0 ? [] : [`compadd -- ${literal.join(' ')}`]),
      ...(askedFor(takes) === undefined ? [] : [`compadd -- $(${askedFor(takes)})`]),
      ...(takes === 'files' ? ['_files'] : []),
      ...(takes === 'paths' ? ['_isconf_paths'] : []),
      ...(takes === 'command' ? ['_normal'] : []),
    ]
    return actions.length === 0 ? [] : [`            ${verb.name}) ${actions.join('; ')} ;;`]
  })
  const values = [...new Set(verbs.flatMap((verb) => zshValues(verb, program)))]
  return `#compdef ${called}
# Completion of ${called}(8) for zsh, ${written}.
${takesPaths(program) ? zshPaths : ''}_${called}() {
  local state line
  local -a verbs
  verbs=(
${verbs.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`).join('\n')}
  )
  _arguments -C -A '-*' \\
${flagLines.join('\n')}
    '1:verb:->verb' \\
    '*::word:->words'
  case $state in
    verb) _describe verb verbs ;;
    words)
      case $line[1]:$words[CURRENT-1] in
${values.join('\n')}
        *)
          case $line[1] in
${cases.join('\n')}
          esac
          ;;
      esac
      ;;
  esac
}
_${called} "$@"
`
}

function zshValues(verb: Verb<never>, program: Program): readonly string[] {
  const withWord = wordsOf(verb, program).options.filter(({ word }) => word !== undefined)
  return withWord.map((option) => {
    const names = dashed(option).map((name) => `${verb.name}:${name}`)
    const words = wordsFor(option.completes)
    const offer =
      option.completes === 'files' ? '_files' : words === undefined ? '_message value' : `compadd -- ${words}`
    return `        ${names.join(' | ')}) ${offer} ;;`
  })
}

function fish(program: Program): string {
  const { name: called, verbs } = program
  const flagLines = programOptions(program).map(
    (option) => `complete -c ${called} -n __fish_use_subcommand${fishOption(option)} -d ${fishQuoted(option.describe)}`,
  )
  const verbLines = verbs.flatMap((verb) => {
    const { options, literal, takes } = wordsOf(verb, program)
    const words = literal.filter((word) => !word.startsWith('-'))
    const here = `complete -c ${called} -n '__fish_seen_subcommand_from ${verb.name}'`
    return [
      `complete -c ${called} -n __fish_use_subcommand -a ${verb.name} -d ${fishQuoted(verb.summary)}`,
      ...options.map((option) => `${here}${fishOption(option)} -d ${fishQuoted(option.describe)}`),
      ...(words.length === 0 ? [] : [`${here} -a '${words.join(' ')}'`]),
      ...(askedFor(takes) === undefined ? [] : [`${here} -a ${fishQuoted(`(${askedFor(takes)})`)}`]),
      ...(takes === 'branches or paths' ? [`${here} -a ${fishQuoted(`(${fishEither})`)}`] : []),
      ...(takes === 'paths' ? [`${here} -a ${fishQuoted(`(${fishPaths})`)}`] : []),
      ...(takes === 'files' || takes === 'paths' ? [`${here} -F`] : []),
      ...(takes === 'command' ? [`${here} -a '(__fish_complete_subcommand --fcs-skip=2)'`] : []),
    ]
  })
  return `# Completion of ${called}(8) for fish, ${written}.
complete -c ${called} -f
${[...flagLines, ...verbLines].join('\n')}
`
}

const fishEither = `if string match -q '*/*' -- (commandline -ct); ${fishPaths}; else; ${asked.branches}; end`

function fishOption({ short, long, word, completes }: ShownOption): string {
  const names = `${short === undefined ? '' : ` -s ${short}`}${long === undefined ? '' : ` -l ${long}`}`
  if (word === undefined) return names
  if (completes === 'files' || word === 'file' || word === 'config') return `${names} -r -F`
  // A command in brackets is run.
  const words = wordsFor(completes)?.replace(/^\$/, '')
  return `${names} -x${words === undefined ? '' : ` -a ${fishQuoted(words)}`}`
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
