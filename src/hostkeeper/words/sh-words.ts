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
    return new IsconfError('CONFIG', `${path}:${this.line}: ${this.message}`, this.hint ? { hint: this.hint } : {})
  }
}

/** The lines of a file, however they end. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines[0]?.startsWith('\uFEFF')) lines[0] = lines[0].slice(1)
  return text.includes('\r') ? lines.map((line) => line.replace(/\r$/, '')) : lines
}

// What a character does: a table, because every command reads files of thousands of hosts.
const blank = 1
const special = 2
const kinds = kindsOf({ ' \t': blank, '\0\\\'"`$;&|<>()': special })
const kindsInQuotes = kindsOf({ '\0\\"`$': special })

/** A character without a kind stands for itself. */
function kindsOf(kindByChars: Readonly<Record<string, number>>): Uint8Array {
  const table = new Uint8Array(128)
  for (const [chars, kind] of Object.entries(kindByChars)) {
    for (const char of chars) table[char.charCodeAt(0)] = kind
  }
  return table
}

const hash = '#'.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)

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
    let text = this.#plain(kinds)
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
      const line = this.#line
      let at = this.#at
      while (at < line.length && kinds[line.charCodeAt(at)] === blank) at += 1
      this.#at = at
      if (at >= line.length) return false
      const char = line.charCodeAt(at)
      if (char === hash) return false
      if (char !== backslash || at < line.length - 1) return true
      this.#continue()
    }
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#line.length || kinds[this.#line.charCodeAt(this.#at)] === blank
  }

  #isLoneDollar(): boolean {
    const after = this.#at + 1
    const isLast = after >= this.#line.length || kinds[this.#line.charCodeAt(after)] === blank
    return isLast && this.#line[this.#at] === '$'
  }

  /** What a backslash at the end of a line does. */
  #continue(): void {
    if (this.nextIndex >= this.#lines.length)
      throw this.#mistake('nothing follows the backslash at the end of the file')
    this.goTo(this.nextIndex, 0)
  }

  /** The characters up to the next that has a kind; none is an empty text. */
  #plain(kindByCode: Uint8Array): string {
    const line = this.#line
    const from = this.#at
    let end = from
    // What is behind the end of the table is undefined, as good as no kind.
    while (end < line.length && !kindByCode[line.charCodeAt(end)]) end += 1
    this.#at = end
    return line.slice(from, end)
  }

  #piece(): string {
    const char = this.#line.charAt(this.#at)
    if (char === "'") return this.#singleQuoted()
    if (char === '"') return this.#doubleQuoted()
    if (char === '\\') return this.#escaped()
    if (kinds[char.charCodeAt(0)] === special) throw this.#mistake(refusal(char))
    return this.#plain(kinds)
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
    let text = this.#plain(kindsInQuotes)
    for (;;) {
      const char = this.#line.charAt(this.#at)
      if (char === '') throw this.#mistake('a double quote (") is not closed in its line')
      if (char === '"') {
        this.#at += 1
        return text
      }
      if (char !== '\\') throw this.#mistake(refusal(char))
      text += this.#escapedInQuotes() + this.#plain(kindsInQuotes)
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
