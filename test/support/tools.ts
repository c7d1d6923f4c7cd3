/** Programs of the system that a test can do without, but not without a word. */
import { spawnSync } from 'node:child_process'

/** Why a test is skipped: the program is not here. A failure where ISCONF_REQUIRE_TOOLS is 1. */
export function unlessThere(program: string): string | false {
  if (spawnSync('sh', ['-c', `command -v ${program}`]).status === 0) return false
  if (process.env['ISCONF_REQUIRE_TOOLS'] === '1') throw new Error(`${program} is not installed`)
  return `${program} is not installed: this was NOT tested`
}

/** A program's end: its status and everything it wrote. */
export function ran(
  program: string,
  ...words: readonly string[]
): { readonly status: number | null; readonly text: string } {
  // What a shell says of a locale that is not installed here is nothing to compare.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', env })
  return { status, text: `${stdout}${stderr}` }
}
