/** What hosts.conf is made of. */
import { IsconfError } from '../../base/index.ts'

export interface HostsFile {
  readonly path: string
  readonly text: string
}

/** A line of a file. */
export interface Place {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** `FILE:LINE`. */
  readonly place: string
}

export interface Placed {
  readonly value: string
  /** `FILE:LINE`. */
  readonly place: string
  /** Whether it is `NAME=$`: the caller's value counts, and where they have none {@link Placed.earlier}. */
  readonly isPassed?: boolean
  /** Whether it comes from a makefile, with what make is to expand in it. */
  readonly isMakeText?: boolean
  /** Of `NAME=$`: the value that NAME had before. */
  readonly earlier?: Placed
}

/** `NAME=value`, or a macro: a word that stands for all words of the entry of that name. */
export interface Word {
  readonly name: string
  /** Undefined for a macro. */
  readonly placed?: Placed
  readonly at: Place
}

export interface Entry {
  readonly name: string
  readonly words: readonly Word[]
  /** Where it begins. */
  readonly at: Place
}

/** An entry with its macros replaced. */
export interface FlatEntry {
  /** In their order; of several of one name the last, at the place of the first. */
  readonly variables: ReadonlyMap<string, Placed>
  /** How deep its macros are nested; 0 without any. */
  readonly depth: number
}

/** The words of every entry, by its name. */
export interface HostsConf {
  readonly entries: ReadonlyMap<string, Entry>
  /** What has been worked out so far, by the entry's name: thousands of hosts share a few macros. */
  readonly flat: Map<string, FlatEntry>
}

/** Something that is wrong with a file. */
export interface Problem {
  readonly at: Place
  readonly message: string
  readonly hint?: string | undefined
}

/** Fails with it. CONFIG. */
export function refuse({ at, message, hint }: Problem): never {
  throw new IsconfError('CONFIG', `${at.place}: ${message}`, { hint })
}

/** The entry that applies to every host, before its own. */
export const defaultEntry = 'DEFAULT'
