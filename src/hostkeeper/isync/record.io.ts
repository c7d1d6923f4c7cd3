/** What isync has installed on this host: a small file for each path, so that two isyncs at once do not disturb each other. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { IsconfError, sha256Hex } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import type { Content } from './plan.ts'

const record = z.object({
  path: z.string(),
  /** What isync installs, and what was there before and was isync's own. */
  contents: z.array(z.string()).max(2),
})

/** The file that says what was installed at `path`: a path may be longer than a name may be. */
function fileOf(directory: string, path: string): string {
  return join(directory, sha256Hex(path).slice(0, 32))
}

/** What isync installed at `path`; nothing when it never did. STATE_DAMAGED. */
export function installedAt(directory: string, path: string): readonly Content[] {
  const file = fileOf(directory, path)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new IsconfError('FILE_UNREADABLE', `cannot read ${file}`, { cause: error, hint: readableHint })
  }
  const parsed = record.safeParse(asJson(text))
  if (!parsed.success) {
    const hint = `remove it: what differs from the tree then counts as changed here`
    throw new IsconfError('STATE_DAMAGED', `${file} is no record of isync`, { hint })
  }
  return parsed.data.contents
}

const readableHint = 'isync must be able to read what it has written; is it running as root?'

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Remembers what is about to be installed, before it is: whatever happens in between, what is there afterwards is known
 * to be isync's own.
 */
export async function remember(directory: string, path: string, contents: readonly Content[]): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = fileOf(directory, path)
  const text = `${JSON.stringify({ path, contents: [...new Set(contents)] })}\n`
  await replace(file, text, { temporary: `${file}.${process.pid}`, exclusive: false, mode: 0o600 })
}
