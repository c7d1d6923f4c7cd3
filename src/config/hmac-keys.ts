/** Reads the file that IS_HMAC_KEYS names. No message ever shows a key. */
import { IsconfError } from '../base/index.ts'
import { type Problem, type Scanned, withoutProblems } from './problems.ts'

/** The keys by which hosts of a domain know each other. */
export interface HmacKeys {
  /** The first key, with which this host proves; undefined when there is none. */
  readonly proves: string | undefined
  /** All keys, in the order in which they are tried; none means that nothing is asked of a peer. */
  readonly accepts: readonly string[]
  /** Whether the file contains `+ANY+`: this host proves, and lets in who can't. */
  readonly acceptsAny: boolean
}

/** What holds where no file of keys is set, and none is there. */
export const noHmacKeys: HmacKeys = Object.freeze({ proves: undefined, accepts: Object.freeze([]), acceptsAny: false })

/** There is a share of each at every admission, and each is tried on what a peer proves: more would let a stranger cost too much. */
export const hmacKeysMax = 64

const anyKey = '+ANY+'
/** A stranger can try some keys with each connection, for years: shorter ones are found. */
const keyLengthRefused = 16
// ASCII but for space, control characters and `#`.
const keyPattern = /^[\x21\x22\x24-\x7e]+$/

/** What is said of a file that neither closes the domain nor opens it. */
export const noKeyInIt = 'it contains no key'

/** How a domain is opened on purpose. */
const openingHint = `put the keys back; to let in any host of the domain, write ${anyKey} into the file`

/** The failure when something is wrong with the file that closes the domain. CONFIG. */
export function keysMissing(message: string): IsconfError {
  return new IsconfError('CONFIG', message, { hint: openingHint })
}

/**
 * The keys in `text`. CONFIG, with `path`, when a line is no key, or none is: a file that is being written, or for which
 * the disk had no room, must not open the domain.
 */
export function parseHmacKeys(text: string, path: string): HmacKeys {
  const keys = withoutProblems(scanHmacKeys(text), path)
  if (isEmpty(keys)) throw keysMissing(`${path}: ${noKeyInIt}`)
  return keys
}

/** Whether a file says nothing about who is let in. */
export function isEmpty({ accepts, acceptsAny }: HmacKeys): boolean {
  return accepts.length === 0 && !acceptsAny
}

/** The keys in `text`, and every line that is not one. */
export function scanHmacKeys(text: string): Scanned<HmacKeys> {
  const accepts: string[] = []
  const problems: Problem[] = []
  let acceptsAny = false
  for (const [index, raw] of text.split('\n').entries()) {
    const key = raw.trim()
    const line = index + 1
    if (key === '' || key.startsWith('#')) continue
    if (key === anyKey) {
      acceptsAny = true
      continue
    }
    const message = problemOf(key)
    if (message !== undefined) problems.push({ line, message })
    else if (accepts.push(key) === hmacKeysMax + 1) problems.push({ line, message: `more than ${hmacKeysMax} keys` })
  }
  if (accepts.length === 0 && !acceptsAny) return { value: noHmacKeys, problems }
  return { value: Object.freeze({ proves: accepts[0], accepts: Object.freeze(accepts), acceptsAny }), problems }
}

/** RFC 2104 wants a key as long as the hash, of 160 bits in the manual; a shorter one can be guessed. */
const keyLengthMin = 20

/** A sentence for each key that is too short; none shows a key. */
export function shortKeys({ accepts }: HmacKeys): readonly string[] {
  return [...accepts.entries()].flatMap(([index, key]) =>
    key.length >= keyLengthMin
      ? []
      : [`key ${index + 1} has ${key.length} of the ${keyLengthMin} characters that a key should have`],
  )
}

/** A sentence when others than the owner can read or write a file of keys that has this mode. */
export function openToOthers(path: string, mode: number): readonly string[] {
  return (mode & 0o077) === 0 ? [] : [`${path} is open to others (mode ${mode.toString(8)}): chmod 600 ${path}`]
}

function problemOf(line: string): string | undefined {
  if (line.includes('#')) return 'a key must not hold #; a comment has a line of its own'
  if (/\s/.test(line)) return 'a key must not hold a space; each has a line of its own'
  if (!keyPattern.test(line)) return 'a key must be of printable ASCII characters'
  if (line.length < keyLengthRefused) return `a key must have at least ${keyLengthRefused} characters`
  return undefined
}
