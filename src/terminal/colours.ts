/** Colour with a meaning: what is wrong is red, what somebody should look at is yellow. */
import { styleText } from 'node:util'

/** Colours by the words with which lines begin. */
export type Colours = Readonly<Record<string, 'red' | 'yellow'>>

/** Colours the words with which the lines of a text begin. */
export function inColours(text: string, colours: Colours): string {
  const words = Object.keys(colours)
  return text
    .split('\n')
    .map((line) => {
      const word = words.find((one) => line === one || line.startsWith(`${one} `))
      const colour = word === undefined ? undefined : colours[word]
      if (word === undefined || colour === undefined) return line
      return styleText(colour, word, { validateStream: false }) + line.slice(word.length)
    })
    .join('\n')
}
