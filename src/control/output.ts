/** What is answered about what an operation wrote. */

/** GET /v1/output */
export interface OutputAnswer {
  readonly host: string
  /** The operation's name. */
  readonly operation: string
  /** When its run ended, by the clock of that host. */
  readonly time: string
  /** The end of what it wrote, as text; values of variables that were recorded are masked. */
  readonly stdout: string
  readonly stderr: string
  /** How many bytes came before that. */
  readonly cutBytes: { readonly stdout: number; readonly stderr: number }
}
