/** Words in the quoting of /bin/sh, without a shell: nothing is expanded and nothing is run. */
import { IsconfError } from '../base/index.ts'
import type { PlacedText } from './settings.ts'

export interface ShWord {
  /** Without its quotes. */
  readonly text: string
  /** Where it begins, counted from 1. */
  readonly line: number
  /** Whether it ends in `=$`, not quoted: the value is the caller's. `text` is then `NAME=`. */
  readonly isPassed: boolean
}

export interface ShLine {
  readonly words: readonly ShWord[]
  /** The index of the line after it, which is not the next one where a backslash has continued it. */
  readonly next: number
}

/** What is wrong with a line of a file. */
export class LineMistake extends Error {
  /** Counted from 1. */
  readonly line: number
  readonly hint: string | undefined

  constructor(line: number, message: string, hint?: string) {
    super(message)
    this.line = line
    this.hint = hint
  }

  /** The failure as a person is told it. */
  in(path: string): IsconfError {
    return new IsconfError('CONFIG', `${path}:${this.line}: ${this.message}`, this.hint ? { hint: this.hint } : {})
  }
}

/** The lines of a file, however they end. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines[0]?.startsWith('\uFEFF')) lines[0] = lines[0].slice(1)
  return text.includes('\r') ? lines.map((line) => line.replace(/\r$/, '')) : lines
}

/** The words from `at` in `lines[index]` on; a `#` at the beginning of a word ends them. LineMistake. */
export function shLineAt(lines: readonly string[], index: number, at: number): ShLine {
  const scan: Scan = { lines, index, line: lines[index] ?? '', at }
  const words: ShWord[] = []
  while (toWord(scan)) words.push(wordAt(scan))
  return { words, next: scan.index + 1 }
}

interface Scan {
  readonly lines: readonly string[]
  index: number
  line: string
  at: number
}

// What a character does where it is not quoted; those above the table are plain.
const plain = 0
const blank = 1
const special = 2
const kinds = new Uint8Array(128)
for (const char of ' \t') kinds[char.charCodeAt(0)] = blank
for (const char of '\0\\\'"`$;&|<>()') kinds[char.charCodeAt(0)] = special

/** Goes to the next word; false where there is none. */
function toWord(scan: Scan): boolean {
  for (;;) {
    while (kinds[scan.line.charCodeAt(scan.at)] === blank) scan.at += 1
    if (scan.line[scan.at] === '\\' && scan.at === scan.line.length - 1) nextLine(scan)
    else return scan.at < scan.line.length && scan.line[scan.at] !== '#'
  }
}

/** What a backslash at the end of a line does. */
function nextLine(scan: Scan): void {
  const next = scan.lines[scan.index + 1]
  if (next === undefined) throw new LineMistake(scan.index + 1, 'nothing follows the backslash at the end of the file')
  scan.index += 1
  scan.line = next
  scan.at = 0
}

function wordAt(scan: Scan): ShWord {
  const line = scan.index + 1
  let text = plainAt(scan)
  // Most words end here; the loop is for quotes and what they are joined with.
  const isOnlyPlain = text !== ''
  for (;;) {
    const { at } = scan
    if (at >= scan.line.length || kinds[scan.line.charCodeAt(at)] === blank) return { text, line, isPassed: false }
    if (isOnlyPlain && isLoneDollar(scan) && text.endsWith('=')) {
      scan.at += 1
      return { text, line, isPassed: true }
    }
    text += pieceAt(scan)
  }
}

function isLoneDollar({ line, at }: Scan): boolean {
  const after = line.charCodeAt(at + 1)
  return line[at] === '$' && (Number.isNaN(after) || kinds[after] === blank)
}

/** The characters up to the next that is a blank or may do something; none is an empty text. */
function plainAt(scan: Scan): string {
  const { line, at } = scan
  let end = at
  for (; end < line.length; end += 1) {
    const code = line.charCodeAt(end)
    if (code < 128 && kinds[code] !== plain) break
  }
  scan.at = end
  return line.slice(at, end)
}

function pieceAt(scan: Scan): string {
  const { line, at } = scan
  const char = line.charAt(at)
  if (char === "'") return singleQuotedAt(scan)
  if (char === '"') return doubleQuotedAt(scan)
  if (char === '\\') return escapedAt(scan)
  if (kinds[line.charCodeAt(at)] === special) throw new LineMistake(scan.index + 1, refusal(char))
  return plainAt(scan)
}

function escapedAt(scan: Scan): string {
  if (scan.at === scan.line.length - 1) {
    nextLine(scan)
    return ''
  }
  const char = scan.line.charAt(scan.at + 1)
  if (char === '\0') throw new LineMistake(scan.index + 1, refusal(char))
  scan.at += 2
  return char
}

function singleQuotedAt(scan: Scan): string {
  const from = scan.at + 1
  const end = scan.line.indexOf("'", from)
  if (end < 0) throw new LineMistake(scan.index + 1, "a single quote (') is not closed in its line")
  const text = scan.line.slice(from, end)
  if (text.includes('\0')) throw new LineMistake(scan.index + 1, refusal('\0'))
  scan.at = end + 1
  return text
}

function doubleQuotedAt(scan: Scan): string {
  const { index } = scan
  let text = ''
  scan.at += 1
  for (;;) {
    const from = scan.at
    while (scan.at < scan.line.length && !/["\\$`\0]/.test(scan.line.charAt(scan.at))) scan.at += 1
    text += scan.line.slice(from, scan.at)
    const char = scan.line.charAt(scan.at)
    if (char === '') throw new LineMistake(index + 1, 'a double quote (") is not closed in its line')
    if (char === '"') {
      scan.at += 1
      return text
    }
    if (char !== '\\') throw new LineMistake(scan.index + 1, refusal(char))
    if (scan.at === scan.line.length - 1 || /["\\$`]/.test(scan.line.charAt(scan.at + 1))) text += escapedAt(scan)
    else {
      text += char
      scan.at += 1
    }
  }
}

function refusal(char: string): string {
  if (char === '\0') return 'a NUL character, which no program can be given'
  if (char === '$' || char === '`') return `${char} is not expanded: quote it with '...'`
  return `${char} means something to sh, and no shell is run: quote it with '...'`
}

/** `NAME=value` lines, as a shell reads them from a file of settings; the last of a name counts. CONFIG. */
export function assignmentsOf(text: string, path: string): ReadonlyMap<string, PlacedText> {
  const assigned = new Map<string, PlacedText>()
  const lines = linesOf(text)
  for (let index = 0; index < lines.length; ) {
    const { words, next } = shLineIn(path, lines, index)
    for (const { text: word, line, isPassed } of words) {
      const place = `${path}:${line}`
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []
      if (name === undefined || value === undefined)
        throw new IsconfError('CONFIG', `${place}: ${JSON.stringify(word)} is not NAME=value`)
      if (isPassed) throw new IsconfError('CONFIG', `${place}: ${refusal('$')}`)
      assigned.set(name, { text: value, place })
    }
    index = next
  }
  return assigned
}

/** As {@link shLineAt} from the beginning of a line. CONFIG, with file and line. */
export function shLineIn(path: string, lines: readonly string[], index: number): ShLine {
  try {
    return shLineAt(lines, index, 0)
  } catch (error) {
    throw error instanceof LineMistake ? error.in(path) : error
  }
}
