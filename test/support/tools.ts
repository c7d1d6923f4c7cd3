/**
 * What of the machine a test can do without, but not without a word: scripts/test.ts counts the tests
 * that were skipped by the reason given here, as far as its colon.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

/** Why a test is skipped: one of the programs is not here. A failure where ISCONF_REQUIRE_TOOLS is 1. */
export function unlessThere(...programs: readonly string[]): string | false {
  const missing = programs.find((program) => !isThere(program))
  if (missing === undefined) return false
  if (process.env['ISCONF_REQUIRE_TOOLS'] === '1') throw new Error(`${missing} is not installed`)
  return `${missing} is not installed: this was NOT tested`
}

function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0
}

/** The library that tells a process another time, or why a test is skipped. A failure where ISCONF_REQUIRE_TOOLS is 1. */
export function timeLibrary(): { readonly path: string } | { readonly missing: string } {
  const directories = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`)
  const paths = ['/usr/lib', '/usr/lib64', ...directories].map((directory) => `${directory}/faketime/libfaketime.so.1`)
  const path = paths.find((one) => existsSync(one))
  if (path !== undefined) return { path }
  if (process.env['ISCONF_REQUIRE_TOOLS'] === '1') throw new Error('libfaketime is not installed')
  return { missing: 'libfaketime is not installed: this was NOT tested' }
}

export const isRoot = process.getuid?.() === 0

/** Why a test is skipped: it does what only root may do, with these programs. */
export function unlessRootHas(...programs: readonly string[]): string | false {
  return isRoot ? unlessThere(...programs) : 'needs root: this was NOT tested'
}

type Check = (context: TestContext) => void | Promise<void>

/** node:test's `test`, for a file whose tests all need these programs. */
export function testWith(...programs: readonly string[]): (name: string, check: Check) => void {
  const skip = unlessThere(...programs)
  return (name, check) => void test(name, { skip }, check)
}

/** A program's end: its status and everything it wrote. */
export function ran(
  program: string,
  ...words: readonly string[]
): { readonly status: number | null; readonly text: string } {
  // What a shell says of a locale that is not installed here is nothing to compare.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  // With Node's own, which is a socket, `bash -c` takes itself for a remote shell and reads ~/.bashrc first.
  const { status, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { status, text: `${stdout}${stderr}` }
}
