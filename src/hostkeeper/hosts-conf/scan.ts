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
  const entries = new Map<string, GrowingEntry>()
  const lines = linesOf(text)
  const reader = new ShReader(lines)
  // What lines that begin with a blank go on with.
  let entry: GrowingEntry | undefined
  const readLine = (index: number): void => {
    const line = lines[index] ?? ''
    const at = placeOf(path, index + 1)
    const name = nameOf(line, at.line)
    if (name !== undefined) {
      entry = entries.get(name) ?? { name, words: [], at }
      entries.set(name, entry)
    }
    reader.goTo(index, name === undefined ? 0 : name.length + 1)
    for (let word = reader.next(); word !== undefined; word = reader.next()) {
      const { wordLine, isPassed } = reader
      if (entry === undefined) throw new LineMistake(wordLine, `${JSON.stringify(word)} stands before the first entry`)
      entry.words.push(wordOf(word, wordLine === at.line ? at : placeOf(path, wordLine), isPassed))
    }
  }
  for (let index = 0; index < lines.length; ) {
    try {
      readLine(index)
      index = reader.nextIndex
    } catch (error) {
      if (!(error instanceof LineMistake)) throw error
      problems.push({ at: placeOf(path, error.line), message: error.message, hint: error.hint })
      index = error.line
    }
  }
  return entries
}

function placeOf(file: string, line: number): Place {
  return { file, line, place: `${file}:${line}` }
}

/** The name in front of the colon; undefined of a line that begins no entry, and need not. LineMistake. */
function nameOf(line: string, number: number): string | undefined {
  if (' \t#'.includes(line.charAt(0))) return undefined
  const name = line.slice(0, Math.max(0, line.indexOf(':')))
  if (!entryName.test(name)) {
    const shown = JSON.stringify(/^[^ \t]{0,40}/.exec(line)?.[0] ?? '')
    throw new LineMistake(number, `${shown} begins no entry`, howItBegins)
  }
  if (' \t'.includes(line.charAt(name.length + 1))) return name
  throw new LineMistake(number, `no blank behind ${JSON.stringify(`${name}:`)}`, howItBegins)
}

/** What sh would take apart can't be in a name, nor what ends one. */
const entryName = /^[^ \t\r\n\f\v:#='"\\$`;&|<>()\0]+$/
const variableName = /^[A-Za-z_]\w*$/

const howItBegins =
  'an entry begins in the first column (HOST: NAME=value ...), a line that goes on with it begins with a blank'

function wordOf(text: string, at: Place, isPassed: boolean): Word {
  const equals = text.indexOf('=')
  if (equals < 0) {
    if (entryName.test(text)) return { name: text, at }
    const hint = text.endsWith(':')
      ? 'an entry begins in the first column, and not behind a line that ends in a backslash'
      : undefined
    throw new LineMistake(at.line, `${JSON.stringify(text)} is neither NAME=value nor can it name an entry`, hint)
  }
  const name = text.slice(0, equals)
  if (!variableName.test(name)) throw new LineMistake(at.line, `${JSON.stringify(name)} can't name a variable`)
  const placed = { value: text.slice(equals + 1), place: at.place }
  return { name, at, placed: isPassed ? { ...placed, isPassed } : placed }
}
