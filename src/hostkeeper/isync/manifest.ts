/** The manifest of a configuration tree: mode and owner of what isync installs, a line for each path. */
import { IsconfError } from '../../base/index.ts'
import { shLines } from '../words/index.ts'

/** What a line says; undefined where it says `-`. */
export interface ManifestLine {
  readonly mode: number | undefined
  readonly owner: Owner | undefined
  /** `FILE:LINE`. */
  readonly place: string
}

/** Names or numbers. */
export interface Owner {
  readonly user: string
  readonly group: string
}

export interface Manifest {
  /** The line of exactly this path, or else that of the nearest directory above it with `DIR/**`. */
  lineOf(path: string): ManifestLine | undefined
  /** Whether a line has exactly this path. */
  lists(path: string): boolean
  /** Every owner that a line names. */
  readonly owners: readonly Owner[]
}

/** Stands for everything below a directory, but not for the directory itself. */
const below = '/**'

/** CONFIG, with file and line. */
export function parseManifest(text: string, file: string): Manifest {
  const lineByPath = new Map<string, ManifestLine>()
  for (const words of shLines(text, file)) {
    const place = words[0]?.place ?? file
    const [path = '', mode = '', owner = ''] = words.map((word) => word.text)
    if (words.length !== 3) throw wrong(place, `a line has PATH MODE OWNER:GROUP, not ${count(words.length)}`)
    const key = pathOf(path, place)
    const before = lineByPath.get(key)
    if (before) throw wrong(place, `${JSON.stringify(path)} is also in ${before.place}`)
    lineByPath.set(key, { mode: modeOf(mode, place), owner: ownerOf(owner, place), place })
  }
  const owners = [...lineByPath.values()].flatMap(({ owner }) => owner ?? [])
  return {
    lineOf: (path) => lineByPath.get(path) ?? nearest(lineByPath, path),
    lists: (path) => lineByPath.has(path),
    owners,
  }
}

const wrong = (place: string, why: string): IsconfError => new IsconfError('CONFIG', `${place}: ${why}`)

function count(words: number): string {
  return words === 1 ? 'one word' : `${words} words`
}

function nearest(lineByPath: ReadonlyMap<string, ManifestLine>, path: string): ManifestLine | undefined {
  for (let end = path.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
    const line = lineByPath.get(path.slice(0, end) + below)
    if (line) return line
  }
  return lineByPath.get(below.slice(1))
}

/** Without the slash it may begin with. */
function pathOf(text: string, place: string): string {
  const path = text.replace(/^\/+/, '')
  const names = path.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw wrong(place, `${JSON.stringify(text)} is not a path`)
  const plain = path.endsWith(below) || path === below.slice(1) ? names.slice(0, -1) : names
  if (plain.some((name) => name.includes('*')))
    throw wrong(place, `${JSON.stringify(text)} has a * that is not ${JSON.stringify(below)} at its end`)
  return path
}

function modeOf(text: string, place: string): number | undefined {
  if (text === '-') return undefined
  if (!/^[0-7]{3,4}$/.test(text))
    throw wrong(place, `a mode is three or four octal digits or -, not ${JSON.stringify(text)}`)
  return Number.parseInt(text, 8)
}

function ownerOf(text: string, place: string): Owner | undefined {
  if (text === '-') return undefined
  const [, user, group] = /^([^:]+):([^:]+)$/.exec(text) ?? []
  if (user === undefined || group === undefined)
    throw wrong(place, `an owner is OWNER:GROUP or -, not ${JSON.stringify(text)}`)
  return { user, group }
}
