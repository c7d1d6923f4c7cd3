import { IsconfError, inOneLine, printable } from '../../base/index.ts'
import type { DiffAnswer, DiffBody, DiffPath } from '../../control/index.ts'
import { aChangeset, count, jsonLinesFlag, optionalWords, type Terminal } from '../../terminal/index.ts'
import type { DiffSide } from '../unified.ts'
import { verb } from '../verb.ts'
import { differenceText } from './verify.ts'

export const diffVerb = verb({
  name: 'diff',
  summary: 'Show what differs, line by line',
  help:
    'Compares FROM with TO, each a branch, a changeset or an operation: what the journal says of every file right ' +
    'after it. Without TO, compares FROM with this machine: of a changeset or an operation only the paths that it ' +
    'is about. Without both, compares what the journal has, as far as this host has done it, with this ' +
    'machine, as verify does. A word with a slash in it is a path: only that and what is below it is shown. ' +
    'Prints the differences in the form of diff -u, and those of mode, owner and others before them. Exits with 1 when ' +
    'something differs.',
  exits: [0, 1, 2],
  options: { json: jsonLinesFlag },
  arguments: { words: optionalWords('FROM|TO|PATH', 'what to compare; a path has a slash in it', aChangeset) },
  run: async ({ client, terminal, cwd, show, say }, { json, words }) => {
    // Only here: no other command should wait for the library to load.
    const { unified } = await import('../unified.ts')
    const body = bodyOf(words, cwd)
    const labels = { from: body.from ?? 'journal', to: body.to ?? 'this machine' }
    const lines = new Lines((line) => {
      if (json) return terminal.out(`${line}\n`)
      const found = JSON.parse(line) as DiffPath
      terminal.out(shown(headOf(found), terminal))
      const text = textOf(found, labels, unified)
      if (text !== undefined) terminal.out(shown(text, terminal))
    })
    const answer = (await client.post('/v1/diff', body, (event) => {
      if (event.event === 'output') lines.add(Buffer.from(event.bytes, 'base64'))
      else show(event)
    })) as DiffAnswer
    const { from, to, differing } = answer
    say(
      `${differing === 0 ? 'nothing differs' : `${count(differing, 'path')} ${differing === 1 ? 'differs' : 'differ'}`} between ${from} and ${to}`,
    )
    return differing === 0 ? 0 : 1
  },
})

/** What was typed, as it is asked for: names come before and after a path. */
function bodyOf(words: readonly string[], cwd: string): DiffBody {
  const paths = words.filter((word) => word.includes('/'))
  const [from, to, ...more] = words.filter((word) => !word.includes('/'))
  if (paths.length > 1 || more.length > 0)
    throw new IsconfError('USAGE', 'diff takes at most FROM, TO and one PATH', { hint: 'see `isconf help diff`' })
  const [path] = paths
  return {
    cwd,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(path === undefined ? {} : { path }),
  }
}

/** Cuts what comes in pieces into lines. */
class Lines {
  readonly #take: (line: string) => void
  #rest: Buffer[] = []

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  add(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      this.#take(Buffer.concat([...this.#rest, bytes.subarray(from, end)]).toString('utf8'))
      this.#rest = []
      from = end + 1
    }
    if (from < bytes.length) this.#rest.push(bytes.subarray(from))
  }
}

const newline = 0x0a

/** The path, the operations that say what it is, and everything but the content. */
function headOf({ path, from, to, differences, why }: DiffPath): string {
  const operations = [from, to].filter((one) => one !== null).join(' ')
  const texts = differences.map(differenceText)
  const reason = why === null ? '' : ` (not shown: ${why})`
  return `${inOneLine(`${path}${operations === '' ? '' : ` ${operations}`}: ${texts.join(', ')}${reason}`)}\n`
}

type Unified = (path: string, from: DiffSide, to: DiffSide) => string | undefined

function textOf(
  { path, content }: DiffPath,
  labels: { readonly from: string; readonly to: string },
  unified: Unified,
): string | undefined {
  if (content === null) return undefined
  const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))
  const [from, to] = [bytesOf(content.from), bytesOf(content.to)]
  const text = unified(path, { bytes: from, label: labels.from }, { bytes: to, label: labels.to })
  return text ?? `${inOneLine(path)}: the content differs, and is not text or differs in too many lines\n`
}

/** A screen is not to be written over by what is in a file; a program gets every byte. */
function shown(text: string, { isScreen }: Terminal): string | Uint8Array {
  return isScreen ? printable(text) : Buffer.from(text)
}
