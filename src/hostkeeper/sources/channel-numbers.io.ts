/** The number of each channel that this host has followed only grows: an older one is true, and not wanted any more. */
import { readFileSync } from 'node:fs'
import { errnoCode, errnoText, IsconfError, isNumber, isText, type Shape, shaped } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import { type Channel, shownAddress } from './address.ts'
import type { ChannelNumbers } from './source.ts'

type Seen = Readonly<Record<string, Pick<Channel, 'number' | 'sha256'>>>

const channelShape: Shape<Seen[string]> = { number: isNumber, sha256: isText }

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

/** CONFIG: with a number that is not read a channel that somebody has put back would be taken. */
function seenIn(path: string): Seen {
  let cause: unknown
  try {
    const seen: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isSeen(seen)) return seen
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return {}
    cause = error
  }
  const why = errnoCode(cause) === undefined ? 'it is damaged' : errnoText(cause)
  throw new IsconfError('CONFIG', `cannot read ${path}: ${why}`, {
    hint: `make sure that the tree at the source is not an old one, then remove ${path}`,
    cause,
  })
}

function isSeen(value: unknown): value is Seen {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && Object.values(value).every((one) => shaped(channelShape, one) !== undefined)
}
