/** Lines of words in the quoting of sh, one after the other. */
import { LineMistake, linesOf, ShReader } from './sh-words.ts'

export interface PlacedWord {
  readonly text: string
  /** `FILE:LINE`. */
  readonly place: string
  /** Whether it ends in a lone `$`, as in `NAME=$`. */
  readonly isPassed: boolean
}

/** The words of each line that has any; a line that ends in a backslash goes on in the next. CONFIG. */
export function* shLines(text: string, path: string): Generator<readonly PlacedWord[]> {
  const lines = linesOf(text)
  const reader = new ShReader(lines)
  try {
    for (let index = 0; index < lines.length; index = reader.nextIndex) {
      const words: PlacedWord[] = []
      reader.goTo(index, 0)
      for (let word = reader.next(); word !== undefined; word = reader.next())
        words.push({ text: word, place: `${path}:${reader.wordLine}`, isPassed: reader.isPassed })
      if (words.length > 0) yield words
    }
  } catch (error) {
    throw error instanceof LineMistake ? error.in(path) : error
  }
}
