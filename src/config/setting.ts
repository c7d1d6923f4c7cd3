/** What there is to say of a setting: a row of the table. */
import type { Parsed } from './values.ts'

export interface Setting<Value> {
  /** The variable, in main.cf and in the environment. */
  readonly env: string
  /** What a value looks like, for the manual. */
  readonly form: string
  /** What holds when it is not set. */
  readonly fallback: Value
  /** Its sentence in the manual. */
  readonly describe: string
  /** Set when main.cf can't give it, because it is needed to read main.cf. */
  readonly environmentOnly?: true
  /** Set when a running daemon that reads its configuration again goes on with the value it has. */
  readonly needsRestart?: true
  readonly parse: (text: string) => Parsed<Value>
}
