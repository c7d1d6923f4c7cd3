/** The number of each channel that this host has followed only grows: an older one is true, and not wanted any more. */
import { readFileSync } from 'node:fs'
import { errnoText, IsconfError } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import { type Channel, shownAddress } from './address.ts'
import type { ChannelNumbers } from './source.ts'

type Seen = Readonly<Record<string, { readonly number: number; readonly sha256: string }>>

/** Notes the number of a channel. SOURCE_FAILED when it is not the newest that this host has seen. */
export async function noteNumber(url: URL, channel: Channel, { path, again }: ChannelNumbers): Promise<void> {
  const where = `${url.origin}${url.pathname}`
  const seen = seenIn(path)
  const { number, sha256 } = channel
  const last = seen[where]
  const isOther = last?.number === number && number > 0 && last.sha256 !== sha256
  if (last && !again && (number < last.number || isOther)) {
    const what = isOther ? 'another archive under the number' : `number ${number}, and this host has seen`
    throw new IsconfError('SOURCE_FAILED', `${shownAddress(where)}: the channel has ${what} ${last.number}`, {
      hint: 'an old channel was put back; to go back on purpose give it a new number: hostkeeper checkpoint tag --move; or, on this host alone: hostkeeper fetch --again',
    })
  }
  if (last?.number === number && last.sha256 === sha256) return
  await replace(path, `${JSON.stringify({ ...seen, [where]: { number, sha256 } })}\n`)
}

function seenIn(path: string): Seen {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Seen
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    const why = error instanceof SyntaxError ? 'it is damaged' : errnoText(error)
    throw new IsconfError('CONFIG', `cannot read ${path}: ${why}`, {
      hint: `make sure that the tree at the source is not an old one, then remove ${path}`,
      cause: error,
    })
  }
}
