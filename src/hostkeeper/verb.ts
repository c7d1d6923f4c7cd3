/** A verb of hostkeeper is a value: help, manual, completion and the program itself read the same one. */
import type { HostNames } from '../config/index.ts'
import type { Terminal, VerbWords } from '../terminal/index.ts'
import type { Layout } from './layout.ts'
import type { Settings } from './settings.ts'

export interface HostkeeperVerb extends VerbWords {
  /** Every exit status it can end with, but for 22 and 224, which any verb can. */
  readonly exits: readonly number[]
  /** Does it; the exit status. Failures are thrown. */
  run(context: ProgramContext, words: readonly string[]): Promise<number>
}

/** What the process hands in to hostkeeper, isync and exech. */
export interface ProgramSurroundings {
  readonly terminal: Terminal
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly release: string
  /** Hears of each Ctrl-C and SIGTERM. */
  readonly onInterrupt: (listener: (signal: 'SIGINT' | 'SIGTERM') => void) => void
}

export interface ProgramContext extends ProgramSurroundings {
  /** -D. */
  readonly debug: boolean
  /** -q. */
  readonly quiet: boolean
  /** Read when first asked for, so that what needs no settings works without good ones. CONFIG. */
  readonly settings: Settings
  readonly layout: Layout
  /** How this host is called. */
  readonly names: HostNames
  /** Says on standard error what was done; -q silences it. */
  readonly say: (text: string) => void
}
