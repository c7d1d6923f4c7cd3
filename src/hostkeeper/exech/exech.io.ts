/** exech: fetches a script, checks it, runs it, and ends as it ended. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { anArgument, optionalWords, type Program, runProgram, type TypedOf, value, word } from '../../terminal/index.ts'
import {
  contextOf,
  hostkeeperFlags,
  type ProgramContext,
  type ProgramSurroundings,
  withOwnHint,
} from '../program/index.ts'
import { parseScript, type Script } from './address.ts'
import { fetchScript } from './fetch.io.ts'
import { privateDirectory, runScript } from './run.io.ts'
import { refuseUnvouched } from './vouched.ts'

export const exechProgram = {
  name: 'exech',
  options: {
    ...hostkeeperFlags,
    sha256: value('--sha256 <hex>', 'the hash that the script must have to be run'),
  },
  arguments: { url: word('URL', 'the script'), words: optionalWords('ARG', 'its arguments', anArgument) },
  passThrough: true,
  verbs: [],
} satisfies Program

/** Runs one command line; its exit status, or that of the script. */
export function runExech(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  const act = ({ url, words, sha256, ...flags }: TypedOf<typeof exechProgram>): Promise<number> =>
    exech(contextOf('exech', flags, surroundings), parseScript(url, sha256), words)
  return runProgram(exechProgram, argv, surroundings, act, withOwnHint)
}

async function exech(context: ProgramContext, script: Script, words: readonly string[]): Promise<number> {
  const { address, sha256 } = script
  refuseUnvouched(script, context)
  const stop = new AbortController()
  context.onInterrupt(() => stop.abort())
  const directory = privateDirectory(context.layout.home)
  try {
    const file = join(directory, address.name)
    const found = await fetchScript(address, file, context, stop.signal)
    if (sha256 !== undefined && found !== sha256)
      throw new IsconfError('WRONG_HASH', `${address.name} has the SHA-256 ${found}, not ${sha256}`)
    if (stop.signal.aborted) throw new IsconfError('INTERRUPTED', `${address.name}: interrupted before running it`)
    return await runScript(file, words, context)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
