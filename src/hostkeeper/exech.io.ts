/** exech: fetches a script, checks it, runs it, and ends as it ended. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { errnoText, IsconfError } from '../base/index.ts'
import { contextOf } from './context.io.ts'
import { download } from './download.io.ts'
import { type Address, parseScript, type Script } from './exech-address.ts'
import { privateDirectory, runScript } from './exech-run.io.ts'
import { programCommand, runProgram } from './program.ts'
import type { ProgramContext, ProgramSurroundings } from './verb.ts'

/** Runs one command line; its exit status, or that of the script. */
export function runExech(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  return runProgram(exechCommand(surroundings.release), argv, surroundings, async (flags) => {
    const [word, ...words] = flags.words
    if (word === undefined) throw new IsconfError('USAGE', 'no URL given', { hint: 'see `exech --help`' })
    const { sha256 } = flags.options
    const script = parseScript(word, typeof sha256 === 'string' ? sha256 : undefined)
    return exech(contextOf('exech', flags, surroundings), script, words)
  })
}

/** The flags, which stand before the URL; what follows it belongs to the script. */
export function exechCommand(release: string): Command {
  return programCommand('exech', release)
    .usage('[-DhqV] [-c FILE] [--sha256 HEX] URL [ARG...]')
    .option('--sha256 <hex>', 'the hash that the script must have to be run')
}

async function exech(context: ProgramContext, { address, sha256 }: Script, words: readonly string[]): Promise<number> {
  const stop = new AbortController()
  context.onInterrupt(() => stop.abort())
  const directory = privateDirectory(context.layout.home)
  try {
    const file = join(directory, address.name)
    const found = await store(file, bytesOf(context, address, stop.signal))
    if (sha256 !== undefined && found !== sha256)
      throw new IsconfError('WRONG_HASH', `${address.name} has the SHA-256 ${found}, not ${sha256}`)
    if (stop.signal.aborted) throw new IsconfError('INTERRUPTED', `${address.name}: interrupted before it was run`)
    return await runScript(file, words, context)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function bytesOf({ settings }: ProgramContext, address: Address, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (address.kind === 'web') return download(address.url, { silenceSMax: settings.timeoutS, signal })
  if (address.kind === 'file') return fileBytes(address.path)
  throw new IsconfError('USAGE', `${JSON.stringify(address.name)} is no address of a script`)
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw isMissing
      ? new IsconfError('NO_SUCH_FILE', `there is no ${path}`, { cause: error })
      : new IsconfError('FETCH_FAILED', `${path}: ${errnoText(error)}`, { cause: error })
  }
}

/** A self-extracting installer has a few hundred megabytes; an answer without end must not fill the disk. */
const scriptBytesMax = 1024 * 1024 * 1024

/** Its SHA-256. */
async function store(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let sizeBytes = 0
  try {
    for await (const bytes of content) {
      sizeBytes += bytes.length
      if (sizeBytes > scriptBytesMax)
        throw new IsconfError('FETCH_FAILED', `${basename(path)} has more than ${scriptBytesMax} bytes`)
      hash.update(bytes)
      await file.writeFile(bytes)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
