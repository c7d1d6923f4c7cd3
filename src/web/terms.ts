/** Names and values as an HTML list has them: a name, and everything there is to say about it. */
import type { Rows } from '../presentation/index.ts'

export interface Term {
  readonly name: string
  readonly values: readonly string[]
}

/** A row without a name goes on with the one before. */
export function termsOf(rows: Rows): readonly Term[] {
  const terms: { name: string; values: string[] }[] = []
  for (const [name, value] of rows) {
    const last = terms.at(-1)
    if (name === '' && last) last.values.push(value)
    else terms.push({ name, values: [value] })
  }
  return terms
}
