/** A private place for the script, and running it there. */
import { spawn } from 'node:child_process'
import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, readSync, rmSync } from 'node:fs'
import { constants as system, tmpdir } from 'node:os'
import { join } from 'node:path'
import { errnoText, IsconfError } from '../../base/index.ts'
import { type ProgramSurroundings, removeLeftOvers, scratchDirectory } from '../program/index.ts'
import { commandFor } from './address.ts'

/** A new directory that only its owner may enter, on a file system from which programs may be run. FILE_UNWRITABLE. */
export function privateDirectory(home: string): string {
  const reasons: string[] = []
  for (const parent of [join(home, 'tmp'), tmpdir()]) {
    try {
      if (parent !== tmpdir()) mkdirSync(parent, { recursive: true, mode: 0o700 })
      removeLeftOvers(parent, /^exech-(\d+)-\w{6}$/)
      const directory = scratchDirectory(`exech-${process.pid}-`, parent)
      if (mayRunFrom(directory)) return directory
      rmSync(directory, { recursive: true })
      reasons.push(`${parent} is mounted noexec`)
    } catch (error) {
      reasons.push(`${parent}: ${errnoText(error)}`)
    }
  }
  const hint = 'give ISCONFDIR or TMPDIR a directory that can be written and run from'
  throw new IsconfError('FILE_UNWRITABLE', `no place for the script: ${reasons.join('; ')}`, { hint })
}

function mayRunFrom(directory: string): boolean {
  const probe = join(directory, 'probe')
  closeSync(openSync(probe, 'wx', 0o700))
  try {
    accessSync(probe, constants.X_OK)
    return true
  } catch {
    return false
  } finally {
    rmSync(probe)
  }
}

/** Runs it with this process's input, output, directory and environment; the status that a shell would give. */
export function runScript(
  file: string,
  words: readonly string[],
  { environment, cwd, onInterrupt }: ProgramSurroundings,
): Promise<number> {
  chmodSync(file, 0o700)
  const [program, ...first] = commandFor(file, firstBytes(file))
  const child = spawn(program, [...first, ...words], { cwd, env: { ...environment }, stdio: 'inherit' })
  onInterrupt((signal) => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(notRun(file, error)))
    child.once('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : system.signals[signal])))
  })
}

function notRun(file: string, error: NodeJS.ErrnoException): IsconfError {
  // The file is there: what is missing is the program that its first line names.
  const why = error.code === 'ENOENT' ? 'there is no such interpreter as its first line names' : errnoText(error)
  const hint = 'see its first line; nothing was run'
  return new IsconfError('COMMAND_NOT_RUN', `cannot run ${file}: ${why}`, { cause: error, hint })
}

function firstBytes(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(4)
    return bytes.subarray(0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}
