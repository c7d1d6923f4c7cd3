/** Why a command could not be started: the kernel has one word, ENOENT, for four different things. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'

export interface NotRun {
  readonly program: string
  /** Where it was to run, as the journal names it. */
  readonly cwd: string
  /** And on this machine. */
  readonly realCwd: string
  /** The PATH in which it was looked for. */
  readonly path: string
}

/** COMMAND_NOT_RUN, which says what is missing and what to do. */
export function notRun(what: NotRun, error: NodeJS.ErrnoException): IsconfError {
  const { reason, hint } = reasonOf(what, error)
  const message = `cannot run ${what.program || '""'}: ${reason}`
  return new IsconfError('COMMAND_NOT_RUN', message, { cause: error, ...(hint !== undefined && { hint }) })
}

interface Reason {
  readonly reason: string
  readonly hint?: string
}

function reasonOf(what: NotRun, error: NodeJS.ErrnoException): Reason {
  if (error.code === 'ERR_INVALID_ARG_VALUE')
    return { reason: what.program === '' ? 'a command has a name' : 'an argument holds a NUL character' }
  return noDirectory(what) ?? (error.code === 'ENOENT' ? notFound(what) : { reason: errnoText(error) })
}

function noDirectory({ cwd, realCwd }: NotRun): Reason | undefined {
  const stat = statSync(realCwd, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return undefined
  return {
    reason: stat
      ? `${cwd}, where it is to run, is no directory here`
      : `there is no directory ${cwd} here to run it in`,
    hint: 'create the directory; if a change needs one, snap it before the command that uses it',
  }
}

function notFound({ program, path, realCwd }: NotRun): Reason {
  const file = fileOf(program, path, realCwd)
  if (file === undefined)
    return {
      reason: program.includes('/') ? 'there is no such file here' : `there is no such command in ${path}`,
      hint: 'install what it belongs to first, in the same change; and give the command and its arguments as separate words, without a shell',
    }
  const interpreter = interpreterOf(file)
  return {
    reason: interpreter
      ? `${file} is to be run by ${interpreter}, which is not here`
      : `${file} is here, and what loads it is not: it is made for another system`,
    hint: 'install what runs it first, in the same change',
  }
}

/** The file that would have been run. */
function fileOf(program: string, path: string, cwd: string): string | undefined {
  const places = program.includes('/') ? [resolve(cwd, program)] : path.split(':').map((place) => join(place, program))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return statSync(place).isFile()
    } catch {
      return false
    }
  })
}

/** What the first line of a script names; undefined of what is no script. */
function interpreterOf(file: string): string | undefined {
  const bytes = Buffer.alloc(lineBytesMax)
  try {
    const fd = openSync(file, 'r')
    try {
      readSync(fd, bytes, 0, lineBytesMax, 0)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
  return /^#![ \t]*(\S+)/.exec(bytes.toString('utf8'))?.[1]
}

/** The kernel reads no more of it. */
const lineBytesMax = 256
