/** A directory to make a package in. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a new directory to `make` and removes it afterwards. What is made in it, everybody may read. */
export async function inStage<T>(make: (stage: string) => Promise<T>): Promise<T> {
  const stage = mkdtempSync(join(tmpdir(), 'isconf-package-'))
  const umask = process.umask(0o022)
  try {
    chmodSync(stage, 0o755)
    return await make(stage)
  } finally {
    process.umask(umask)
    rmSync(stage, { recursive: true, force: true })
  }
}
