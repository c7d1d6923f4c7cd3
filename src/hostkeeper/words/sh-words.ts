/** Words in the quoting of /bin/sh, without a shell: nothing is expanded and nothing is run. */
import { IsconfError } from '../../base/index.ts'

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
    return new IsconfError('CONFIG', `${path}:${this.line}: ${this.message}`, { hint: this.hint })
  }
}

/** The lines of a file, however they end. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines[0]?.startsWith('\uFEFF')) lines[0] = lines[0].slice(1)
  return text.includes('\r') ? lines.map((line) => line.replace(/\r$/, '')) : lines
}

/** Characters that stand for themselves, outside of quotes and in double ones. */
const plain = /[^ \t\0\\'"`$;&|<>()]*/y
const plainInQuotes = /[^\0\\"`$]*/y
const blanks = /[ \t]*/y

/** Reads the words of one line after the other; one that ends in a backslash goes on in the next. */
export class ShReader {
  /** Where the last word began, counted from 1. */
  wordLine = 0
  /** Whether the last word ended in `=$`, not quoted: the value is the caller's, and the word is `NAME=`. */
  isPassed = false
  readonly #lines: readonly string[]
  #index = 0
  #line = ''
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** The index of the line after the one that is being read. */
  get nextIndex(): number {
    return this.#index + 1
  }

  /** Goes to a line, or to where its words begin. */
  goTo(index: number, at: number): void {
    this.#index = index
    this.#line = this.#lines[index] ?? ''
    this.#at = at
  }

  /** The next word, without its quotes; undefined at the end of the line, which may be a `#`. LineMistake. */
  next(): string | undefined {
    if (!this.#isAtWord()) return undefined
    this.wordLine = this.#index + 1
    this.isPassed = false
    let text = this.#take(plain)
    if (this.#isAtEnd()) return text
    this.isPassed = text.endsWith('=') && this.#isLoneDollar()
    if (this.isPassed) {
      this.#at += 1
      return text
    }
    do text += this.#piece()
    while (!this.#isAtEnd())
    return text
  }

  /** Skips blanks. */
  #isAtWord(): boolean {
    for (;;) {
      this.#take(blanks)
      const isContinued = this.#line[this.#at] === '\\' && this.#at === this.#line.length - 1
      if (!isContinued) return this.#at < this.#line.length && this.#line[this.#at] !== '#'
      this.#continue()
    }
  }

  #isAtEnd(at = this.#at): boolean {
    return at >= this.#line.length || this.#line[at] === ' ' || this.#line[at] === '\t'
  }

  #isLoneDollar(): boolean {
    return this.#line[this.#at] === '$' && this.#isAtEnd(this.#at + 1)
  }

  /** What a backslash at the end of a line does. */
  #continue(): void {
    if (this.nextIndex >= this.#lines.length)
      throw this.#mistake('nothing follows the backslash at the end of the file')
    this.goTo(this.nextIndex, 0)
  }

  /** What a pattern finds here, which may be nothing. */
  #take(pattern: RegExp): string {
    const from = this.#at
    pattern.lastIndex = from
    pattern.test(this.#line)
    this.#at = pattern.lastIndex
    return this.#line.slice(from, this.#at)
  }

  #piece(): string {
    const char = this.#line.charAt(this.#at)
    if (char === "'") return this.#singleQuoted()
    if (char === '"') return this.#doubleQuoted()
    if (char === '\\') return this.#escaped()
    const text = this.#take(plain)
    if (text === '') throw this.#mistake(refusal(char))
    return text
  }

  #escaped(): string {
    if (this.#at === this.#line.length - 1) {
      this.#continue()
      return ''
    }
    const char = this.#line.charAt(this.#at + 1)
    if (char === '\0') throw this.#mistake(refusal(char))
    this.#at += 2
    return char
  }

  #singleQuoted(): string {
    const end = this.#line.indexOf("'", this.#at + 1)
    if (end < 0) throw this.#mistake("a single quote (') is not closed in its line")
    const text = this.#line.slice(this.#at + 1, end)
    if (text.includes('\0')) throw this.#mistake(refusal('\0'))
    this.#at = end + 1
    return text
  }

  #doubleQuoted(): string {
    this.#at += 1
    let text = this.#take(plainInQuotes)
    for (;;) {
      const char = this.#line.charAt(this.#at)
      if (char === '') throw this.#mistake('a double quote (") is not closed in its line')
      if (char === '"') {
        this.#at += 1
        return text
      }
      if (char !== '\\') throw this.#mistake(refusal(char))
      text += this.#escapedInQuotes() + this.#take(plainInQuotes)
    }
  }

  /** In double quotes a backslash stands for itself, but before these. */
  #escapedInQuotes(): string {
    const after = this.#line.charAt(this.#at + 1)
    if (after === '' || /["\\$`]/.test(after)) return this.#escaped()
    this.#at += 1
    return '\\'
  }

  #mistake(message: string): LineMistake {
    return new LineMistake(this.#index + 1, message)
  }
}

/** Why a character can't stand where it does without quotes. */
export function refusal(char: string): string {
  if (char === '\0') return 'a NUL character, which no program can be given'
  if (char === '$' || char === '`') return `${char} is not expanded: quote it with '...'`
  return `${char} means something to sh, and no shell is run: quote it with '...'`
}

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
