/** The words after a verb; `command` is the program with its verb, as in `isconf snap`. */
import { IsconfError } from '../base/index.ts'

/** Fails with USAGE unless there are no words. */
export function noWords(command: string, words: readonly string[]): void {
  if (words.length > 0) throw new IsconfError('USAGE', `${command} takes no ${JSON.stringify(words[0])}`)
}

/** The one word, or a USAGE failure that says what is missing or too much. */
export function oneWord(command: string, what: string, words: readonly string[]): string {
  const [word, extra] = words
  if (word === undefined) throw new IsconfError('USAGE', `${command}: no ${what} given`)
  if (extra !== undefined)
    throw new IsconfError('USAGE', `${command} takes one ${what}, not also ${JSON.stringify(extra)}`)
  return word
}

/** What may follow a verb, besides its words: options with a value, and options without. */
interface WordShape {
  readonly flags?: readonly string[]
  readonly values?: readonly string[]
  /** How many words there may be. */
  readonly words?: number
}

export interface ParsedWords {
  readonly words: readonly string[]
  has(flag: string): boolean
  /** The value of an option; the last one when it is given twice. */
  value(option: string): string | undefined
}

/** The words after a verb, in any order. USAGE for anything that its shape does not name. */
export function parseWords(command: string, typed: readonly string[], shape: WordShape): ParsedWords {
  const flags = new Set<string>()
  const valueByOption = new Map<string, string>()
  const words: string[] = []
  const rest = [...typed]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (shape.flags?.includes(word)) flags.add(word)
    else if (shape.values?.includes(word)) valueByOption.set(word, nextWord(command, word, rest.shift()))
    else if (word.startsWith('-') || words.length >= (shape.words ?? 0))
      throw new IsconfError('USAGE', `${command} takes no ${JSON.stringify(word)}`)
    else words.push(word)
  }
  return { words, has: (flag) => flags.has(flag), value: (option) => valueByOption.get(option) }
}

function nextWord(command: string, option: string, word: string | undefined): string {
  if (word === undefined) throw new IsconfError('USAGE', `${command} ${option} takes a value`)
  return word
}

interface ReadingWords {
  readonly json: boolean
  /** From -n; undefined when it is not given. */
  readonly limit: number | undefined
}

/** The words of a verb that only reads: `--json`, and `-n COUNT` where `limited`. */
export function readingWords(command: string, words: readonly string[], limited = false): ReadingWords {
  const parsed = parseWords(command, words, { flags: ['--json'], values: limited ? ['-n'] : [] })
  return { json: parsed.has('--json'), limit: countOf(command, parsed) }
}

/** The value of -n. USAGE when it is no count. */
export function countOf(command: string, { value }: Pick<ParsedWords, 'value'>): number | undefined {
  const word = value('-n')
  if (word !== undefined && !/^[1-9]\d{0,8}$/.test(word))
    throw new IsconfError('USAGE', `${command} -n takes a count, not ${JSON.stringify(word)}`)
  return word === undefined ? undefined : Number(word)
}

/** `1 operation`, `2 operations`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
