/** Columns for people. */
import { inOneLine } from '../base/index.ts'

/** Rows of words in columns; the last column is not padded. */
export function table(words: readonly (readonly string[])[]): string {
  const rows = words.map((row) => row.map(inOneLine))
  const widths = (rows[0] ?? []).map((_, column) => widest(rows.map((row) => row[column] ?? '')))
  const lines = rows.map((row) =>
    row
      .map((word, column) => word.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => `${line}\n`).join('')
}

/** Not in one call with all of them: a function takes only some ten thousand arguments. */
const widest = (words: readonly string[]): number => words.reduce((width, word) => Math.max(width, word.length), 0)

/** Names and values in two columns, indented by `indent`. */
export function listing(rows: readonly (readonly [string, string])[], indent: string): string {
  const width = widest(rows.map(([name]) => name))
  return rows
    .map(([name, value]) => `${indent}${name.padEnd(width)}  ${inOneLine(value)}`.trimEnd().concat('\n'))
    .join('')
}
