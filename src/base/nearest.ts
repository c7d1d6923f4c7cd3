/** What somebody may have meant by a word that is not known. */

/** Slips that are forgiven; more would offer words that have nothing to do with it. */
const slipsMax = 2
/** A longer word is compared with nothing: the time grows with the square of the length. */
const lengthMax = 100

/** The candidate that is written almost like `word`, capitals aside; undefined when none is. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  // In a short word one slip is much.
  let slips = Math.min(slipsMax, Math.floor(wanted.length / 3)) + 1
  for (const candidate of wanted.length > lengthMax ? [] : candidates) {
    if (Math.abs(candidate.length - wanted.length) >= slips) continue
    const own = distance(wanted, candidate.toLowerCase())
    if (own >= slips) continue
    best = candidate
    slips = own
  }
  return best
}

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

/** How many letters are wrong, missing, too many, or changed places with their neighbour. */
function distance(one: string, other: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1]
      const steps = [(last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1)]
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (isSwapped) steps.push((before[column - 2] ?? 0) + 1)
      current.push(Math.min(...steps))
    }
    before = last
    last = current
  }
  return last[other.length] ?? 0
}
