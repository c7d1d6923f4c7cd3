/** Reads hosts.conf line by line: entries and their words, and everything that is neither. */
import { LineMistake, linesOf, ShReader } from '../words/index.ts'
import type { Entry, HostsConf, HostsFile, Place, Problem, Word } from './types.ts'

interface ScannedHosts {
  readonly conf: HostsConf
  /** In the order of the lines. */
  readonly problems: readonly Problem[]
}

/** What could be read of the files, and everything that could not. */
export function scanHostsConf(files: readonly HostsFile[]): ScannedHosts {
  const problems: Problem[] = []
  const [entries = new Map<string, Entry>(), ...later] = files.map((file) => scanFile(file, problems))
  for (const [name, entry] of later.flatMap((own) => [...own])) entries.set(name, entry)
  return { conf: { entries, flat: new Map() }, problems }
}

interface GrowingEntry extends Entry {
  readonly words: Word[]
}

/** The entries of one file; several lines of one name add up. */
function scanFile({ path, text }: HostsFile, problems: Problem[]): Map<string, Entry> {
  const lines = linesOf(text)
  const file: OpenFile = { path, lines, reader: new ShReader(lines), entries: new Map(), entry: undefined }
  for (let index = 0; index < lines.length; ) {
    try {
      readLine(file, index)
      index = file.reader.nextIndex
    } catch (error) {
      if (!(error instanceof LineMistake)) throw error
      problems.push({ at: placeOf(path, error.line), message: error.message, hint: error.hint })
      index = error.line
    }
  }
  return file.entries
}

interface OpenFile {
  readonly path: string
  readonly lines: readonly string[]
  readonly reader: ShReader
  readonly entries: Map<string, GrowingEntry>
  /** What lines that begin with a blank go on with. */
  entry: GrowingEntry | undefined
}

/** LineMistake. */
function readLine(file: OpenFile, index: number): void {
  const { path, reader } = file
  const line = file.lines[index] ?? ''
  const at = placeOf(path, index + 1)
  const isBeginning = beginsEntry(line)
  const name = isBeginning ? nameOf(line, at.line) : ''
  if (isBeginning) file.entry = entryFor(file.entries, name, at)
  reader.goTo(index, isBeginning ? name.length + 1 : 0)
  for (let word = reader.next(); word !== undefined; word = reader.next()) {
    const { wordLine } = reader
    if (file.entry === undefined)
      throw new LineMistake(wordLine, `${JSON.stringify(word)} stands before the first entry`)
    file.entry.words.push(wordOf(word, wordLine === at.line ? at : placeOf(path, wordLine), file))
  }
}

function placeOf(file: string, line: number): Place {
  return { file, line, place: `${file}:${line}` }
}

function entryFor(entries: Map<string, GrowingEntry>, name: string, at: Place): GrowingEntry {
  const known = entries.get(name)
  if (known !== undefined) return known
  const entry = { name, words: [], at }
  entries.set(name, entry)
  return entry
}

function beginsEntry(line: string): boolean {
  const first = line.charAt(0)
  return first !== '' && first !== ' ' && first !== '\t' && first !== '#'
}

/** The name in front of the colon. LineMistake. */
function nameOf(line: string, number: number): string {
  const end = nameEnd(line, 0)
  if (end === 0 || line[end] !== ':') throw new LineMistake(number, `${shown(line)} begins no entry`, howItBegins)
  const name = line.slice(0, end)
  const after = line[end + 1]
  if (after !== undefined && after !== ' ' && after !== '\t')
    throw new LineMistake(number, `no blank behind ${JSON.stringify(`${name}:`)}`, howItBegins)
  return name
}

const howItBegins =
  'an entry begins in the first column (HOST: NAME=value ...), a line that goes on with it begins with a blank'

function shown(line: string): string {
  return JSON.stringify(/^[^ \t]{0,40}/.exec(line)?.[0] ?? '')
}

function wordOf(text: string, at: Place, { reader }: OpenFile): Word {
  let end = 0
  while (end < text.length && continuesVariable[text.charCodeAt(end)] === 1) end += 1
  if (text[end] === '=') {
    const name = text.slice(0, end)
    if (name === '' || startsWithDigit(name)) throw noVariable(name, at)
    const placed = { value: text.slice(end + 1), place: at.place, ...(reader.isPassed ? { isPassed: true } : {}) }
    return { kind: 'variable', name, placed, at }
  }
  if (text !== '' && nameEnd(text, end) === text.length) return { kind: 'macro', name: text, at }
  const equals = text.indexOf('=')
  throw equals < 0 ? noWord(text, at) : noVariable(text.slice(0, equals), at)
}

function startsWithDigit(text: string): boolean {
  return text.charAt(0) >= '0' && text.charAt(0) <= '9'
}

function noVariable(name: string, at: Place): LineMistake {
  return new LineMistake(at.line, `${JSON.stringify(name)} can't name a variable`)
}

function noWord(text: string, at: Place): LineMistake {
  const hint = text.endsWith(':')
    ? 'an entry begins in the first column, and not behind a line that ends in a backslash'
    : undefined
  return new LineMistake(at.line, `${JSON.stringify(text)} is neither NAME=value nor can it name an entry`, hint)
}

// Tables again, for the same reason as those of the reader.
const endsName = charsOf(' \t\r\n\f\v\0:#=\'"\\$`;&|<>()')
const continuesVariable = charsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789')

function charsOf(chars: string): Uint8Array {
  const table = new Uint8Array(128)
  for (const char of chars) table[char.charCodeAt(0)] = 1
  return table
}

/** Where a name ends: what sh would take apart can't be in one, nor what ends one. */
function nameEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && endsName[text.charCodeAt(end)] !== 1) end += 1
  return end
}
