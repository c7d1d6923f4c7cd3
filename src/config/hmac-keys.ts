/** Reads the file that IS_HMAC_KEYS names. No message ever shows a key. */
import { type Problem, type Scanned, withoutProblems } from './problems.ts'

/** The keys by which hosts of a domain know each other. */
export interface HmacKeys {
  /** The first key, with which this host proves; undefined when there is none. */
  readonly proves: string | undefined
  /** All keys, in the order in which they are tried; none means that nothing is asked of a peer. */
  readonly accepts: readonly string[]
  /** Whether `+ANY+` stands in the file: this host proves, and lets in who can't. */
  readonly acceptsAny: boolean
}

/** What holds without a file of keys. */
export const noHmacKeys: HmacKeys = Object.freeze({ proves: undefined, accepts: Object.freeze([]), acceptsAny: false })

/** Each key is tried on a peer that proves another one: more would let a stranger cost too much. */
export const hmacKeysMax = 64

const anyKey = '+ANY+'
// ASCII but for space, control characters and `#`.
const keyPattern = /^[\x21\x22\x24-\x7e]+$/

/** The keys in `text`. CONFIG, with `path` and the line, when a line is no key. */
export function parseHmacKeys(text: string, path: string): HmacKeys {
  return withoutProblems(scanHmacKeys(text), path)
}

/** The keys in `text`, and every line that is none. */
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
  // Without a key the whole file is ignored, +ANY+ too.
  if (accepts.length === 0) return { value: noHmacKeys, problems }
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
  return undefined
}
