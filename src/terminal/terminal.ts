/**
 * The two streams of a program. Text is for people: what would move a cursor is shown instead. Bytes are what a command
 * wrote, a file, or words for another program, and go through as they are.
 */
import type { Colours } from './colours.ts'

export interface Terminal {
  /** `colours` for the lines of a text, where the stream shows some. */
  out(text: string | Uint8Array, colours?: Colours): void
  err(text: string | Uint8Array, colours?: Colours): void
  /** Like `out`, for what goes on also when nobody reads it any more. */
  show?(text: string | Uint8Array): void
  /** Whether a person looks at `out`: it is a screen whose lines can be written over. */
  readonly isScreen?: boolean
  /** Of the screen that `err` is, for a line that moves; undefined where it is none, or one that can't do that. */
  readonly progressColumns?: number | undefined
  /**
   * Shows how far something has come, in place of what was shown so; an empty text takes that away. False, and nothing
   * is shown, but on a screen.
   */
  move?(text: string): boolean
}
