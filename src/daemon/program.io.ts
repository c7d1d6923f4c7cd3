/** The program on disk, which an operation may replace while it runs. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type Clock, type Log, within } from '../base/index.ts'

/** To print its release takes a program a fraction of this. */
const checkMsMax = 30_000

export class ProgramOnDisk {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  /** Of the file that runs. */
  readonly #own: string | undefined
  /** Of the file that was checked last. One that does not run is checked again when it has changed. */
  #stamp: string | undefined

  /** `path` is the file that Node was started with. */
  constructor(path: string, clock: Clock, log: Log) {
    this.#path = path
    this.#clock = clock
    this.#log = log
    this.#stamp = stampOf(path)
    this.#own = digestOf(path)
  }

  /**
   * Whether the file of the running program was replaced by another one, and
   * works. Its main file names the files of the bundle by what is in them: when
   * that is the same, so is all the rest.
   */
  async isReplaced(): Promise<boolean> {
    const stamp = stampOf(this.#path)
    if (stamp === undefined || stamp === this.#stamp) return false
    this.#stamp = stamp
    const digest = digestOf(this.#path)
    if (digest === undefined || digest === this.#own) return false
    const release = await within(this.#clock, checkMsMax, releaseOf(this.#path), () => undefined)
    if (release === undefined) {
      // Rather the old release than none.
      this.#log.error(
        { path: this.#path },
        'the program was replaced by one that does not run; continuing with this one',
      )
      return false
    }
    this.#log.info({ path: this.#path }, `the program was replaced: switching to ${release}`)
    return true
  }
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

function digestOf(path: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return undefined
  }
}

/** What the program calls itself; undefined when it does not get that far. */
function releaseOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, path, '-V'], { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(0, releaseCharactersMax)
    })
    child.once('error', () => resolve(undefined))
    child.once('close', (status) => resolve(status === 0 ? said.trim() : undefined))
  })
}

const releaseCharactersMax = 200
