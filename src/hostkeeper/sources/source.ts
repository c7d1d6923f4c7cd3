/** Where configuration trees come from. */
import { IsconfError } from '../../base/index.ts'
import type { Settings } from '../program/index.ts'

/** Fills the empty directory `into` with the tree at an address of one kind. CONFIG, SOURCE_FAILED, INTERRUPTED. */
export type Source = (address: string, into: string, context: SourceContext) => Promise<void>

/** What a source gets besides the address. */
export interface SourceContext {
  readonly settings: Settings
  /** That of the programs that it runs. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** An empty directory for what is no part of the tree; it is removed afterwards. */
  readonly scratch: string
  /** Undefined where nothing is kept of what was fetched. */
  readonly channels?: ChannelNumbers | undefined
  /** Aborted when a person presses Ctrl-C. */
  readonly signal: AbortSignal
}

/** Where the numbers are kept, and whether a person has said that a channel may go back. */
export interface ChannelNumbers {
  readonly path: string
  readonly again: boolean
}

export const failed = (message: string, cause?: unknown): IsconfError =>
  new IsconfError('SOURCE_FAILED', message, { cause })
