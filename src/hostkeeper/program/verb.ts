/** What a verb of hostkeeper is, and what it is handed. */
import type { HostNames } from '../../config/index.ts'
import * as terminal from '../../terminal/index.ts'
import type { Layout } from './layout.ts'
import type { Settings } from './settings.ts'

export type HostkeeperVerb = terminal.Verb<ProgramContext>

export const { verb, action } = terminal.declaring<ProgramContext>()

/** What the process hands in to hostkeeper, isync and exech. */
export interface ProgramSurroundings {
  readonly terminal: terminal.Terminal
  /** Empty when it is gone; a verb that asks its context for it then fails. */
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
  /** Read when first asked for, so that what needs no settings works without good ones. CONFIG, OPEN_TO_OTHERS. */
  readonly settings: Settings
  readonly layout: Layout
  /** How this host is called. */
  readonly names: HostNames
  /** Says on standard error what was done; -q silences it. */
  readonly say: (text: string) => void
}
