/**
 * The two streams of a program. Text is for people: characters that would move the cursor are made visible. Bytes are a
 * command's output, a file, or words for another program, and pass unchanged.
 */
import type { Colours } from './colours.ts'

export interface Terminal {
  /** `colours` are for the lines of a text, if the stream shows colours. */
  out(text: string | Uint8Array, colours?: Colours): void
  err(text: string | Uint8Array, colours?: Colours): void
  /** Like `out`, for work that goes on even if nobody reads it any more. */
  show?(text: string | Uint8Array): void
  /** Whether a person looks at `out`: a screen whose lines can be overwritten. */
  readonly isScreen?: boolean
  /**
   * The columns of the screen that `err` is, for a moving line; undefined if it is no screen, or one that can't do
   * that.
   */
  readonly progressColumns?: number | undefined
  /**
   * Shows how far something has come, in place of what was shown so; an empty text takes that away. False, and nothing
   * is shown, but on a screen.
   */
  move?(text: string): boolean
}
