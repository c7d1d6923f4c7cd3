/** How a file is opened that may turn out to be damaged. */

/** What can still be used of a damaged file, which takes its place; undefined when nothing can. */
export type Salvage = (bytes: Uint8Array) => string | undefined

/** Opens what is kept at `path`. Whoever opens decides what becomes of a file that can't be used. */
export type Opening = <T>(path: string, open: () => Promise<T>, salvage?: Salvage) => Promise<T>

/** A damaged file fails to open. */
export const plainOpening: Opening = (_, open) => open()

/** The lines, each with its newline, of which `isGood` says so. */
export function goodLines(bytes: Uint8Array, isGood: (line: string) => boolean): string {
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1)
  return lines
    .filter(isGood)
    .map((line) => `${line}\n`)
    .join('')
}

/** The lines, each with its newline, before the first of which `isGood` does not say so. */
export function leadingLines(bytes: Uint8Array, isGood: (line: string, index: number) => boolean): string {
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1)
  const bad = lines.findIndex((line, index) => !isGood(line, index))
  return (bad < 0 ? lines : lines.slice(0, bad)).map((line) => `${line}\n`).join('')
}
