/** exech: fetches a script, checks it, runs it, and ends as it ended. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { IsconfError } from '../../base/index.ts'
import { contextOf } from '../context.io.ts'
import { programCommand, runProgram } from '../program.ts'
import type { ProgramContext, ProgramSurroundings } from '../verb.ts'
import { parseScript, type Script } from './address.ts'
import { fetchScript } from './fetch.io.ts'
import { privateDirectory, runScript } from './run.io.ts'

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
    const found = await fetchScript(address, file, context, stop.signal)
    if (sha256 !== undefined && found !== sha256)
      throw new IsconfError('WRONG_HASH', `${address.name} has the SHA-256 ${found}, not ${sha256}`)
    if (stop.signal.aborted) throw new IsconfError('INTERRUPTED', `${address.name}: interrupted before it was run`)
    return await runScript(file, words, context)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
