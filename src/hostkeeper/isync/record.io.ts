/** What isync has installed on this host: a small file for each path, so that two isyncs at once do not disturb each other. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError, shortSha256Hex } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import type { Content } from './plan.ts'

/** What isync installs, and what was there before and was isync's own. By hand: a schema would take as long as the rest. */
function contentsIn(text: string): readonly Content[] | undefined {
  try {
    const { contents } = JSON.parse(text)
    return Array.isArray(contents) && contents.every((one) => typeof one === 'string') ? contents : undefined
  } catch {
    return undefined
  }
}

/** The file that says what was installed at `path`: a path may be longer than a name may be. */
function fileOf(directory: string, path: string): string {
  return join(directory, shortSha256Hex(path).slice(0, 32))
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
  const contents = contentsIn(text)
  if (contents === undefined) {
    const hint = `remove it: what differs from the tree then counts as changed here`
    throw new IsconfError('STATE_DAMAGED', `${file} is not a record of isync`, { hint })
  }
  return contents
}

const readableHint = 'isync must be able to read what it has written; is it running as root?'

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
