/** Variables that were meant to be settings. */
import { nearest } from '../base/index.ts'
import { execVariable, settings } from './settings.ts'

const prefix = 'IS_'

const known: ReadonlySet<string> = new Set(Object.values(settings).map((row) => row.env))

/** Whether the variable looks like one of ours and is none: most often a typing mistake. */
export function isUnknownSetting(name: string): boolean {
  return name.startsWith(prefix) && name !== execVariable && !known.has(name)
}

/** Whether a variable was meant to be a setting. Other programs may have names of their own that begin so. */
export function isMisspelt(name: string): boolean {
  return meantSetting(name) !== undefined
}

/** The setting that a variable was meant to be; undefined for one that is a setting, or is like none. */
function meantSetting(name: string): string | undefined {
  if (!isUnknownSetting(name)) return undefined
  const rest = Object.values(settings).map(({ env }) => env.slice(prefix.length))
  // All begin alike: only what comes after tells how much they differ.
  const meant = nearest(name.slice(prefix.length), rest)
  return meant === undefined ? undefined : `${prefix}${meant}`
}

/** Says that a variable that looks like a setting is none. */
export function notASetting(name: string): string {
  const meant = meantSetting(name)
  return `${name} is not a setting${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
}
