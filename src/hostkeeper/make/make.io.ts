/** Calls make, to read a makefile or to print what it would do. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { errnoText, IsconfError } from '../../base/index.ts'
import { type MakeDatabase, parseMakeDatabase } from './database.ts'
import { readingWords } from './words.ts'

export interface MakeCall {
  /** The program. */
  readonly make: string
  /** {@link makeWords}. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** A thousand steps with long recipes fill a megabyte; the engine holds no longer text. */
const outputBytesMax = 256 * 1024 * 1024
/** Reading takes milliseconds; a `$(shell)` that hangs must not hang the boot. */
const readingMsMax = 60_000

/** What make has read. CONFIG when it cannot read it, with make's own words. */
export function readDatabase(call: MakeCall): MakeDatabase {
  const { database, problem } = readMakefile(call)
  if (problem) throw problem
  return database
}

/**
 * The call for a make that only reads or tells: even with -n and -q make remakes a makefile that has a rule and is out of
 * date. It says which it opens, also where none is there, and stops before it remakes one.
 */
export function leavingMakefiles(call: MakeCall): MakeCall {
  const words = ['--debug=v', '-q', ...call.words, '-f', '-']
  const { stdout } = quietly(call, words, { ...call.environment, LC_ALL: 'C' }, readingMsMax, '$(error read)')
  const names = [...stdout.matchAll(/^Reading makefile '(.*?)'(?: \(|\.\.\.$)/gm)].map(([, name = '']) => name)
  const own = names.pop()
  if (own !== undefined && copyPattern.test(own)) rmSync(own, { force: true })
  return { ...call, words: [...call.words, ...names.map((name) => `--old-file=${name}`)] }
}

/** The copy that make makes of its input, and leaves behind when the reading ends with an error. */
const copyPattern = /\/Gm\w{6}$/

/** Something that make says of a line, and goes on. */
export interface MakeWarning {
  readonly file: string
  readonly line: number
  readonly text: string
}

export interface MakeReading {
  /** As far as make has read. */
  readonly database: MakeDatabase
  /** The makefiles that it has opened, absolute, in their order. */
  readonly files: readonly string[]
  readonly warnings: readonly MakeWarning[]
  /** Why it could not go on. */
  readonly problem: MakefileError | undefined
}

/** What make reads, and what it says of it. CONFIG when there is no GNU make. */
export function readMakefile(call: MakeCall): MakeReading {
  const words = [...call.words, ...readingWords]
  const { stdout, stderr, status } = quietly(call, words, { ...call.environment, LC_ALL: 'C' }, readingMsMax)
  if (!stdout.includes('# GNU Make')) {
    const hint = 'install GNU make, or name it by HOSTKEEPER_MAKE'
    throw new IsconfError('CONFIG', `${call.make} is not GNU make: ${firstLine(stderr || stdout)}`, { hint })
  }
  const database = parseMakeDatabase(stdout)
  const list = database.variables.get('MAKEFILE_LIST')?.value ?? ''
  const files = list.split(' ').flatMap((word) => (word === '' ? [] : [resolve(call.cwd, word)]))
  const problem = status === 0 ? undefined : new MakefileError(stderr)
  return { database, files, warnings: warningsIn(stderr), problem }
}

function warningsIn(said: string): readonly MakeWarning[] {
  return [...said.matchAll(/^(.+?):(\d+): warning: (.*)$/gm)].map(([, file = '', line, text = '']) => {
    return { file, line: Number(line), text }
  })
}

/** A mistake in a makefile, as make tells it. */
class MakefileError extends IsconfError {
  readonly file: string | null
  readonly line: number | null
  readonly problem: string

  constructor(said: string) {
    const [, file, line, problem] = /^(.+?):(\d+): (?:\*\*\* )?(.*?)(?:\. {2}Stop\.)?$/m.exec(said) ?? []
    const [, other] = /^.*: \*\*\* (.*?)(?:\. {2}Stop\.)?$/m.exec(said) ?? []
    const text = problem ?? other ?? firstLine(said)
    super('CONFIG', file === undefined ? `make cannot read the makefile: ${text}` : `${file}:${line}: ${text}`)
    this.file = file ?? null
    this.line = line === undefined ? null : Number(line)
    this.problem = text
  }
}

export interface DryRun {
  readonly status: number
  /** What make would do, and what it says against it. */
  readonly text: string
}

/** What make would do for these targets; without any, for its first. */
export function dryRun(call: MakeCall, flags: readonly string[], targets: readonly string[]): DryRun {
  const { stdout, stderr, status } = quietly(call, ['-n', ...flags, ...call.words, ...targets], call.environment)
  return { status: status ?? 2, text: `${stdout}${stderr}` }
}

function quietly(
  { make, cwd }: MakeCall,
  words: readonly string[],
  env: MakeCall['environment'],
  timeout?: number,
  input?: string,
): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const done = spawnSync(make, words, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: outputBytesMax,
    input: input ?? '',
    timeout,
  })
  if (done.error === undefined) {
    if (done.signal === null) return done
    throw new IsconfError('INTERRUPTED', `${make} was ended by ${done.signal}`)
  }
  throw notRun(make, done.error)
}

/** Why make was not run, or not to its end. */
export function notRun(make: string, error: NodeJS.ErrnoException): IsconfError {
  const [why, hint] = reasons[error.code ?? ''] ?? [errnoText(error), installed]
  return new IsconfError('CONFIG', `cannot run ${make}: ${why}`, { cause: error, hint })
}

const installed = 'GNU make must be installed; HOSTKEEPER_MAKE names it'
const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['no such program', installed],
  E2BIG: [
    'targets and variables are more than this system gives a program',
    'name fewer targets at once: groups of packages.conf stand for many',
  ],
  ENOBUFS: [
    `it prints more than ${outputBytesMax} bytes about packages.conf`,
    'see what packages.conf writes while it is read, as by $(info)',
  ],
  ETIMEDOUT: [
    `it has not read packages.conf within ${readingMsMax / 1000} seconds`,
    'see which $(shell) in it hangs; nothing was done',
  ],
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''
