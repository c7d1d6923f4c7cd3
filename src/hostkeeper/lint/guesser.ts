/** What may have been meant by many unknown words of one tree. */
import { nearest } from '../../base/index.ts'

/** Of so many unknown words what was meant is looked for; of a tree that lacks a file all are, and that takes long. */
const guessesMax = 100

/** {@link nearest} for many words and the same candidates: each is worked out once, and not more than some. */
export function guesser(candidates: ReadonlySet<string>): (word: string) => string | undefined {
  const guesses = new Map<string, string | undefined>()
  return (word) => {
    if (!guesses.has(word) && guesses.size < guessesMax) guesses.set(word, nearest(word, candidates))
    return guesses.get(word)
  }
}
