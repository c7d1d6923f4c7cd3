/** Completions for shells, from the table of verbs. */
import { optionsOf, type ProgramVerb, programByName } from './programs.ts'

const written = 'written by npm run fix from the table of verbs'

/** The files, by their path. */
export function completions(): readonly (readonly [string, string])[] {
  return (['isconf', 'hostkeeper'] as const).flatMap((program): (readonly [string, string])[] => [
    [`completion/${program}.bash`, bash(program)],
    [`completion/_${program}`, zsh(program)],
    [`completion/${program}.fish`, fish(program)],
  ])
}

/** What a verb's usage names that can be completed. */
interface Words {
  /** Options, with their dashes, and words that are to be typed as they stand. */
  readonly literal: readonly string[]
  readonly takes: 'command' | 'files' | 'nothing'
}

function wordsOf({ name, usage }: ProgramVerb): Words {
  const tokens = usage
    .split(/[\s[\]|]+/)
    .slice(1)
    .map((token) => token.replace(/\.\.\.$/, ''))
  const literal = tokens.filter((token) => token !== name && /^(--?\w[\w-]*|[a-z][a-z-]*)$/.test(token))
  const takes = (pattern: RegExp): boolean => tokens.some((token) => pattern.test(token))
  if (takes(/^COMMAND$/)) return { literal, takes: 'command' }
  return { literal, takes: takes(/^(FILE|PATH|TEMPLATE|DEST)$/) ? 'files' : 'nothing' }
}

type Completed = 'isconf' | 'hostkeeper'

function bash(program: Completed): string {
  const flags = optionsOf(program)
  const verbs: readonly ProgramVerb[] = programByName[program].verbs
  const flagWords = flags.flatMap(({ short, long }) => [`-${short}`, `--${long}`])
  const withWord = flags.filter(({ word }) => word !== undefined)
  const skipped = withWord.flatMap(({ short, long }) => [`-${short}`, `--${long}`]).join(' | ')
  const cases = verbs.flatMap((verb) => {
    const { literal, takes } = wordsOf(verb)
    if (takes === 'command') return []
    const words = literal.length === 0 ? [] : [`mapfile -t COMPREPLY < <(compgen -W '${literal.join(' ')}' -- "$word")`]
    const files = takes === 'files' ? ['compopt -o default'] : []
    const all = [...words, ...files]
    return all.length === 0 ? [] : [`    ${verb.name}) ${all.join('; ')} ;;`]
  })
  const runners = verbs.filter((verb) => wordsOf(verb).takes === 'command').map(({ name }) => name)
  const runnersCase = runners.length === 0 ? [] : [completeCommand(runners)]
  return `# Completion of ${program}(8) for bash, ${written}.
_${program}() {
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
  case \${COMP_WORDS[at]} in
${[...cases, ...runnersCase].join('\n')}
  esac
}
complete -F _${program} ${program}
`
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

function zsh(program: Completed): string {
  const verbs: readonly ProgramVerb[] = programByName[program].verbs
  const quoted = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&')
  const flagLines = optionsOf(program).map(({ short, long, describe, word }) => {
    const action = word === undefined ? '' : `:${word}:${word === 'file' ? '_files' : ' '}`
    return `    '(-${short} --${long})'{-${short},--${long}}'[${quoted(describe)}]${action}' \\`
  })
  const cases = verbs.flatMap((verb) => {
    const { literal, takes } = wordsOf(verb)
    const actions = [
      ...(literal.length === 0 ? [] : [`compadd -- ${literal.join(' ')}`]),
      ...(takes === 'files' ? ['_files'] : []),
      ...(takes === 'command' ? ['_normal'] : []),
    ]
    return actions.length === 0 ? [] : [`        ${verb.name}) ${actions.join('; ')} ;;`]
  })
  return `#compdef ${program}
# Completion of ${program}(8) for zsh, ${written}.
_${program}() {
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
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
_${program} "$@"
`
}

function fish(program: Completed): string {
  const verbs: readonly ProgramVerb[] = programByName[program].verbs
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const flagLines = optionsOf(program).map(({ short, long, describe, word }) => {
    const argument = word === undefined ? '' : word === 'file' ? ' -r -F' : ' -x'
    return `complete -c ${program} -n __fish_use_subcommand -s ${short} -l ${long}${argument} -d ${quoted(describe)}`
  })
  const verbLines = verbs.flatMap((verb) => {
    const { literal, takes } = wordsOf(verb)
    const here = `complete -c ${program} -n '__fish_seen_subcommand_from ${verb.name}'`
    return [
      `complete -c ${program} -n __fish_use_subcommand -a ${verb.name} -d ${quoted(verb.summary)}`,
      ...literal.map((word) => `${here} -a '${word}'`),
      ...(takes === 'files' ? [`${here} -F`] : []),
      ...(takes === 'command' ? [`${here} -a '(__fish_complete_subcommand --fcs-skip=2)'`] : []),
    ]
  })
  return `# Completion of ${program}(8) for fish, ${written}.
complete -c ${program} -f
${[...flagLines, ...verbLines].join('\n')}
`
}
