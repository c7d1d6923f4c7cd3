import { IsconfError, printable } from '../../base/index.ts'
import type { DiffAnswer, DiffBody, DiffPath } from '../../control/index.ts'
import { diffHead, diffText, Lines, loadUnified } from '../../presentation/index.ts'
import { aChangeset, count, jsonLinesFlag, optionalWords, type Terminal } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

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
    const unified = await loadUnified()
    const body = bodyOf(words, cwd)
    const labels = { from: body.from ?? 'journal', to: body.to ?? 'this machine' }
    const lines = new Lines((line) => {
      if (json) return terminal.out(`${line}\n`)
      const found = JSON.parse(line) as DiffPath
      terminal.out(shown(diffHead(found, body.to === undefined ? 'machine' : 'journal'), terminal))
      const text = diffText(found, labels, unified)
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

/** A file must not write over a person's screen; a program gets every byte. */
function shown(text: string, { isScreen }: Terminal): string | Uint8Array {
  return isScreen ? printable(text) : Buffer.from(text)
}
