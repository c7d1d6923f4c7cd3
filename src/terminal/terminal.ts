/**
 * The two streams of a program. Text is for people: what would move a cursor is shown instead. Bytes are what a command
 * wrote, a file, or words for another program, and go through as they are.
 */
export interface Terminal {
  out(text: string | Uint8Array): void
  err(text: string | Uint8Array): void
  /** Like `out`, for what goes on also when nobody reads it any more. */
  show?(text: string | Uint8Array): void
  /** Whether a person looks at `out`: it is a screen whose lines can be written over. */
  readonly isScreen?: boolean
}
