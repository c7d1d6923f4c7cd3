/** Words in the quoting of /bin/sh, without a shell: nothing is expanded and nothing is run. */
import { IsconfError } from '../base/index.ts'
import type { PlacedText } from './settings.ts'

/** The words of one line; a `#` at the beginning of a word ends it. CONFIG, with `place`, for what sh would expand. */
export function shWords(line: string, place: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at)
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (char === '#' && word === undefined) {
      break
    } else {
      const { text, next } = pieceAt(line, at, place)
      word = (word ?? '') + text
      at = next - 1
    }
  }
  return word === undefined ? words : [...words, word]
}

interface Piece {
  readonly text: string
  readonly next: number
}

function pieceAt(line: string, at: number, place: string): Piece {
  const char = line.charAt(at)
  if (char === "'") {
    const end = line.indexOf("'", at + 1)
    if (end < 0) throw new IsconfError('CONFIG', `${place}: a single quote is not closed`)
    return { text: line.slice(at + 1, end), next: end + 1 }
  }
  if (char === '"') return doubleQuotedAt(line, at, place)
  if (char === '\\') return { text: line.charAt(at + 1), next: at + 2 }
  return { text: char, next: at + 1 }
}

function doubleQuotedAt(line: string, from: number, place: string): Piece {
  let text = ''
  for (let at = from + 1; at < line.length; at += 1) {
    const char = line.charAt(at)
    if (char === '"') return { text, next: at + 1 }
    if (char === '\\' && /["\\$`]/.test(line.charAt(at + 1))) {
      at += 1
      text += line.charAt(at)
    } else {
      text += char
    }
  }
  throw new IsconfError('CONFIG', `${place}: a double quote is not closed`)
}

/** `NAME=value` lines, as a shell reads them from a file of settings; the last of a name counts. CONFIG. */
export function assignmentsOf(text: string, path: string): ReadonlyMap<string, PlacedText> {
  const assigned = new Map<string, PlacedText>()
  for (const [index, line] of text.split('\n').entries()) {
    const place = `${path}:${index + 1}`
    for (const word of shWords(line, place)) {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []
      if (name === undefined || value === undefined)
        throw new IsconfError('CONFIG', `${place}: ${JSON.stringify(word)} is not NAME=value`)
      assigned.set(name, { text: value, place })
    }
  }
  return assigned
}
