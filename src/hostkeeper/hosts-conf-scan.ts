/** Reads hosts.conf line by line: entries and their words, and everything that is neither. */
import type { Entry, HostsConf, HostsFile, Place, Problem, Word } from './hosts-conf-types.ts'
import { LineMistake, linesOf, type ShWord, shLineAt } from './sh-words.ts'

interface ScannedHosts {
  readonly conf: HostsConf
  /** In the order of the lines. */
  readonly problems: readonly Problem[]
}

/** What could be read of the files, and everything that could not. */
export function scanHostsConf(files: readonly HostsFile[]): ScannedHosts {
  const entries = new Map<string, Entry>()
  const problems: Problem[] = []
  for (const file of files) {
    for (const [name, entry] of scanFile(file, problems)) entries.set(name, entry)
  }
  return { conf: { entries, flat: new Map() }, problems }
}

interface GrowingEntry extends Entry {
  readonly words: Word[]
}

/** The entries of one file; several lines of one name add up. */
function scanFile({ path, text }: HostsFile, problems: Problem[]): ReadonlyMap<string, Entry> {
  const file: OpenFile = { path, lines: linesOf(text), entries: new Map(), entry: undefined }
  for (let index = 0; index < file.lines.length; ) {
    try {
      index = readLine(file, index)
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
  readonly entries: Map<string, GrowingEntry>
  /** What lines that begin with a blank go on with. */
  entry: GrowingEntry | undefined
}

/** The index of the line after it. LineMistake. */
function readLine(file: OpenFile, index: number): number {
  const { path, lines, entries } = file
  const at = placeOf(path, index + 1)
  const begun = beginningOf(lines[index] ?? '', at.line)
  if (begun !== undefined) file.entry = entryFor(entries, begun, at)
  const { words, next } = shLineAt(lines, index, begun === undefined ? 0 : begun.length + 1)
  for (const word of words) {
    if (file.entry === undefined)
      throw new LineMistake(word.line, `${JSON.stringify(word.text)} stands before the first entry`)
    file.entry.words.push(wordOf(word, word.line === at.line ? at : placeOf(path, word.line)))
  }
  return next
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

// What sh would take apart can't be a name, nor what ends one.
const namePattern = /^[^\s:#='"\\$`;&|<>()\0]+$/

/** The name of the entry that begins in this line; undefined when it begins none. LineMistake. */
function beginningOf(line: string, number: number): string | undefined {
  const first = line.charAt(0)
  if (first === '' || first === ' ' || first === '\t' || first === '#') return undefined
  const end = line.indexOf(':')
  const name = line.slice(0, Math.max(end, 0))
  if (!namePattern.test(name)) throw new LineMistake(number, noBeginning(line), howItBegins)
  if (end + 1 < line.length && !/[ \t]/.test(line.charAt(end + 1)))
    throw new LineMistake(number, `no blank behind ${JSON.stringify(`${name}:`)}`, howItBegins)
  return name
}

const howItBegins =
  'an entry begins in the first column (HOST: NAME=value ...), a line that goes on with it begins with a blank'

function noBeginning(line: string): string {
  const shown = /^[^ \t]{0,40}/.exec(line)?.[0] ?? ''
  return `${JSON.stringify(shown)} begins no entry`
}

const variablePattern = /^[A-Za-z_]\w*$/

function wordOf({ text, isPassed }: ShWord, at: Place): Word {
  const end = text.indexOf('=')
  if (end < 0) {
    if (!namePattern.test(text)) throw noWord(text, at)
    return { kind: 'macro', name: text, at }
  }
  const name = text.slice(0, end)
  if (!variablePattern.test(name)) throw new LineMistake(at.line, `${JSON.stringify(name)} can't name a variable`)
  return { kind: 'variable', name, placed: { value: text.slice(end + 1), place: at.place }, isPassed, at }
}

function noWord(text: string, at: Place): LineMistake {
  const hint = text.endsWith(':')
    ? 'an entry begins in the first column, and not behind a line that ends in a backslash'
    : undefined
  return new LineMistake(at.line, `${JSON.stringify(text)} is neither NAME=value nor can it name an entry`, hint)
}
