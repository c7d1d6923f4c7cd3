/** The two streams of a program. */
export interface Terminal {
  out(text: string | Uint8Array): void
  err(text: string | Uint8Array): void
  /** Like `out`, for what goes on also when nobody reads it any more. */
  show?(text: string | Uint8Array): void
}
