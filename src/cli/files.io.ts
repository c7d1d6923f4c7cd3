/** The files that a person names on the command line. */
import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import { replace } from '../base/replace.io.ts'
import type { CallerFile, CallerFiles } from './verb.ts'

/** The machine's own files. */
export const systemFiles: CallerFiles = {
  read: async (path, bytesMax) => {
    try {
      return await readWhole(path, bytesMax)
    } catch (error) {
      if (error instanceof IsconfError) throw error
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unreadable(`cannot read ${path}: ${errnoText(error)}`, error)
    }
  },
  replace: async (path, content, mode) => {
    try {
      await replace(path, content, { temporary: temporaryFor(path), exclusive: true, mode })
    } catch (error) {
      throw new IsconfError('FILE_UNWRITABLE', `cannot write ${path}: ${errnoText(error)}`, { cause: error })
    }
  },
}

/** Standard input, to its end. */
export async function standardInput(bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > bytesMax) throw unreadable(`standard input is longer than ${bytesMax} bytes`)
  }
  return Buffer.concat(chunks)
}

/**
 * Whether there is text on standard input: a file that nobody has read from, or a pipe with something in it. An empty
 * pipe is given a second. The list of a shell loop does not count, because the shell has read from it.
 */
export async function hasInput(): Promise<boolean> {
  try {
    const stat = fstatSync(0)
    if (stat.isFile()) return stat.size > 0 && /^pos:\s*0$/m.test(readFileSync('/proc/self/fdinfo/0', 'utf8'))
    return stat.isFIFO() && (await hasText('/proc/self/fd/0'))
  } catch {
    // Closed, or another user's: this process can't read it either.
    return false
  }
}

async function hasText(pipe: string): Promise<boolean> {
  // Opened again, and not read from as it is: whoever shares it would find that it blocks no more.
  const fd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    for (let waitedMs = 0; waitedMs < inputMsMax; waitedMs += lookEveryMs) {
      try {
        return readSync(fd, Buffer.alloc(1)) > 0
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
      }
    }
    return false
  } finally {
    closeSync(fd)
  }
}

const inputMsMax = 1_000
const lookEveryMs = 50

async function readWhole(path: string, bytesMax: number): Promise<CallerFile> {
  // Without waiting for the other end of a pipe that someone has put there.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw unreadable(`${path} is not a regular file`)
    if (stat.size > bytesMax) throw unreadable(`${path} is larger than ${bytesMax} bytes`)
    return { bytes: await handle.readFile(), mode: stat.mode & 0o7777 }
  } finally {
    await handle.close()
  }
}

function unreadable(message: string, cause?: unknown): IsconfError {
  return new IsconfError('FILE_UNREADABLE', message, {
    cause,
    hint: 'nothing was written; name a file that you may read',
  })
}

/**
 * A hidden name with the file's name in it, for whoever finds it after a crash. It is cut off, because a name has at
 * most 255 bytes.
 */
function temporaryFor(path: string): string {
  const name = Buffer.from(basename(path)).subarray(0, 200).toString()
  return join(dirname(path), `.${name}.isconf-${randomBytes(6).toString('hex')}`)
}
