/** Files of a test's own, and a look at the machine through the eyes of a user without rights. */
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErrorCode, IsconfError } from '../../src/base/index.ts'
import { isRoot } from './tools.ts'

/** What a directory needs of node:test's context. */
export interface Ending {
  after(end: () => void): void
}

/** A directory that is removed with the test; its path holds no symbolic link. */
export function temporaryDirectory(ending: Ending): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'isconf-test-')))
  ending.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** nobody, on every Unix. */
const plainUser = 65_534

/** Runs `work` without the rights of root, who may read and write everything. */
export async function asPlainUser<T>(directory: string, work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work()
  chmodSync(directory, 0o755)
  process.seteuid?.(plainUser)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

/** The names in a directory, sorted. */
export function namesIn(directory: string): readonly string[] {
  return readdirSync(directory).sort()
}

/** For assert.rejects: a failure with this code, whose message matches. */
export function failure(code: ErrorCode, message: RegExp = /./): (thrown: unknown) => true {
  return (thrown) => {
    const { code: found, message: said } = thrown as IsconfError
    if (found !== code || !message.test(said)) {
      throw new Error(`expected ${code} and ${message}, got ${found}: ${said}`, { cause: thrown })
    }
    return true
  }
}
