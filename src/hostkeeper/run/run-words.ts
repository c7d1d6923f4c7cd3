/** What a person asks of a run, and what is known of it afterwards. */

/** What was asked for. */
export interface RunWords {
  readonly words: readonly string[]
  /** Whether make is to say why it does what it does. */
  readonly trace: boolean
  /** Whether to wait for what a host may not know yet at boot. */
  readonly wait?: boolean
}

/** What is known of a run, for the record of what came of it. */
export interface Attempt {
  /** Whether it does all that a boot does, so that its end tells whether the host is right. */
  isBoot: boolean
  level: 'right' | 'excluded'
  step: string | null
  log: string | null
}
