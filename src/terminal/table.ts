/** Columns for people. */
import { inOneLine } from '../base/index.ts'

/** Rows of words under each other; the last column is as wide as it is. */
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

/** Not by one call with all of them: a function takes no more than some ten thousand. */
const widest = (words: readonly string[]): number => words.reduce((width, word) => Math.max(width, word.length), 0)

/** Names and values, the values under each other, `indent` from the left. */
export function listing(rows: readonly (readonly [string, string])[], indent: string): string {
  const width = widest(rows.map(([name]) => name))
  return rows
    .map(([name, value]) => `${indent}${name.padEnd(width)}  ${inOneLine(value)}`.trimEnd().concat('\n'))
    .join('')
}
