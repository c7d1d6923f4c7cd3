/** Pages of which all or a part is written from tables of the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Writes a page; with `--check` among the arguments, throws when it is not so already. */
export function writePage(path: string, wanted: string): void {
  if (readPage(path) === wanted) return
  if (process.argv.includes('--check')) throw new Error(`${path} is out of date: npm run fix`)
  writeFileSync(join(root, path), wanted)
}

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** A page with `written` between the markers of a name, which it must have. */
export function withPart(path: string, text: string, name: string, written: string): string {
  const begin = new RegExp(`^<!-- ${name}: written by .*, do not edit -->$`, 'm').exec(text)
  const from = begin ? begin.index + begin[0].length : -1
  const to = text.indexOf(`<!-- end of ${name} -->`)
  if (from < 0 || to < from) throw new Error(`${path}: the markers of ${name} are missing`)
  return `${text.slice(0, from)}\n\n${written}\n\n${text.slice(to)}`
}

/** Runs what writes a page; what is wrong is one line. */
export function run(write: () => void): void {
  try {
    write()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
