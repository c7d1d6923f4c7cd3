/** hosts.conf: which packages and features each host has (Listing 1 of the paper). */
import { IsconfError } from '../base/index.ts'
import type { HostNames } from '../config/index.ts'
import { shWords } from './sh-words.ts'

export interface HostsFile {
  readonly path: string
  readonly text: string
}

interface Word {
  readonly text: string
  /** `FILE:LINE`. */
  readonly place: string
}

/** The words of every entry, by its name. */
export interface HostsConf {
  readonly entries: ReadonlyMap<string, readonly Word[]>
}

/** What hosts.conf says of one host. */
export interface ResolvedHost {
  /** The entry that was used: a host's name, or DEFAULT. */
  readonly entry: string
  /** Those of DEFAULT, then those of the host; a host's value takes the place that DEFAULT's had. */
  readonly variables: ReadonlyMap<string, Placed>
  /** Whether it is out of management: PACKAGES=exclude. */
  readonly excluded: boolean
}

export interface Placed {
  readonly value: string
  /** `FILE:LINE`. */
  readonly place: string
}

const defaultEntry = 'DEFAULT'

/** All files together, in their order. CONFIG, with file and line. */
export function parseHostsConf(files: readonly HostsFile[]): HostsConf {
  const entries = new Map<string, Word[]>()
  for (const { path, text } of files) {
    let words: Word[] | undefined
    for (const [index, line] of text.split('\n').entries()) {
      const place = `${path}:${index + 1}`
      const [, name, rest = line] = /^([^\s:#=]+):(?:\s+(.*))?$/.exec(line) ?? []
      if (name !== undefined) {
        words = entries.get(name) ?? []
        entries.set(name, words)
      }
      for (const text of shWords(rest, place)) {
        if (words === undefined) throw new IsconfError('CONFIG', `${place}: ${JSON.stringify(text)} belongs to no host`)
        words.push({ text, place })
      }
    }
  }
  return { entries }
}

/** What holds for the host with these names. `variable` gives a variable of the caller, for `NAME=$`. CONFIG. */
export function resolveHost(
  { entries }: HostsConf,
  names: HostNames,
  _variable: (name: string) => string | undefined,
): ResolvedHost {
  const entry = [names.fqdn, names.short].find((name) => entries.has(name)) ?? defaultEntry
  const variables = new Map<string, Placed>()
  for (const name of new Set([defaultEntry, entry])) {
    for (const { text, place } of entries.get(name) ?? []) {
      const [, key, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
      if (key === undefined || value === undefined)
        throw new IsconfError('CONFIG', `${place}: ${JSON.stringify(text)} is not NAME=value`)
      variables.set(key, { value, place })
    }
  }
  return { entry, variables, excluded: variables.get('PACKAGES')?.value.trim() === 'exclude' }
}
