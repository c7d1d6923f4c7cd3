/** The words after a verb. */
import { IsconfError } from '../base/index.ts'

/** Fails with USAGE unless there are no words. */
export function noWords(verb: string, words: readonly string[]): void {
  if (words.length > 0) throw new IsconfError('USAGE', `isconf ${verb} takes no ${JSON.stringify(words[0])}`)
}

/** The one word, or a USAGE failure that says what is missing or too much. */
export function oneWord(verb: string, what: string, words: readonly string[]): string {
  const [word, extra] = words
  if (word === undefined) throw new IsconfError('USAGE', `isconf ${verb}: no ${what} given`)
  if (extra !== undefined)
    throw new IsconfError('USAGE', `isconf ${verb} takes one ${what}, not also ${JSON.stringify(extra)}`)
  return word
}

export interface ReadingWords {
  readonly json: boolean
  /** From -n; undefined when it is not given. */
  readonly limit: number | undefined
}

/** The words of a verb that only reads: `--json`, and `-n COUNT` where `limited`. */
export function readingWords(verb: string, words: readonly string[], limited = false): ReadingWords {
  let json = false
  let limit: number | undefined
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--json') json = true
    else if (limited && word === '-n') limit = parseCount(verb, rest.shift())
    else throw new IsconfError('USAGE', `isconf ${verb} takes no ${JSON.stringify(word)}`)
  }
  return { json, limit }
}

function parseCount(verb: string, word: string | undefined): number {
  if (word === undefined || !/^[1-9]\d{0,8}$/.test(word)) {
    throw new IsconfError('USAGE', `isconf ${verb} -n takes a count, not ${JSON.stringify(word ?? '')}`)
  }
  return Number(word)
}

/** `1 operation`, `2 operations`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
