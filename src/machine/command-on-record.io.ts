/**
 * Records on disk which command runs: if the daemon is killed, the command goes on, and the next daemon must not begin
 * it a second time.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { IsconfError, quoteWord, sha256Hex } from '../base/index.ts'
import { processFields, processStart } from '../base/pid-file.io.ts'

type Environment = Readonly<Record<string, string>>

export class CommandOnRecord {
  readonly #path: string
  /** Of the daemon; its commands are younger. */
  readonly #daemonStart = processStart(process.pid)

  /** `path` is the file that names it. */
  constructor(path: string) {
    this.#path = path
  }

  /** COMMAND_LEFT while the command of a daemon that has died still runs; `argv` is the one that is to be run. */
  refuseBeside(argv: readonly string[]): void {
    const [who = '', started = '', ...words] = this.#read().split(' ')
    const pid = who === expected ? youngerWith(words.shift() ?? '', started) : sameProcess(who, started)
    if (pid === undefined) return
    const left = wordsOf(words.join(' '))
    const isSame = left.length === argv.length && left.every((word, at) => word === argv[at])
    throw new IsconfError(
      'COMMAND_LEFT',
      // Whoever hears of it knows what was to be run, and need not read a long command twice.
      `${isSame ? 'this command' : left.map(quoteWord).join(' ')}, which a daemon that has died began, still runs: process ${pid}`,
      {
        hint: `wait until it ends, then do this again; or end it before, with all that it started: kill -- -${pid}`,
      },
    )
  }

  /**
   * To be called right before the start, with all of the command's environment. A daemon may die when the command runs
   * already and {@link note} was not reached; then it is found by its environment.
   */
  expect(argv: readonly string[], environment: Environment): void {
    const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    this.#write([expected, this.#daemonStart, environmentHash(entries), JSON.stringify(argv)])
  }

  /** To be called right after the start. */
  note(pid: number, argv: readonly string[]): void {
    this.#write([pid, processStart(pid), JSON.stringify(argv)])
  }

  forget(): void {
    rmSync(this.#path, { force: true })
  }

  /** What was written outlives this process in the kernel's memory, and needs no sync. */
  #write(words: readonly (string | number)[]): void {
    const beside = `${this.#path}.new`
    try {
      // A daemon may die between any two steps: one of the two records is there at any moment.
      writeFileSync(beside, words.join(' '), { mode: 0o600 })
      renameSync(beside, this.#path)
    } catch {
      // On a disk that is full or a machine without /proc it goes unrecorded; the history says so of the operation.
    }
  }

  #read(): string {
    try {
      return readFileSync(this.#path, 'utf8')
    } catch {
      return ''
    }
  }
}

/** An earlier release wrote the words of a command as they are, with spaces between them. */
function wordsOf(written: string): readonly string[] {
  try {
    const words: unknown = JSON.parse(written)
    if (Array.isArray(words)) return words.map(String)
  } catch {
    // Such a release it was.
  }
  return written.split(' ')
}

/** Stands in the place of the process that is not known yet. */
const expected = 'expected'

function sameProcess(pid: string, started: string): string | undefined {
  return /^\d+$/.test(pid) && started !== '' && processStart(Number(pid)) === started ? pid : undefined
}

/** The leader of a session with this environment that was started after a process of this boot; every command is one. */
function youngerWith(environment: string, started: string): string | undefined {
  const [ticks = '', boot] = started.split('@')
  return readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false
    const { 3: session } = processFields(pid)
    const [ownTicks = '', ownBoot] = session === pid ? processStart(Number(pid)).split('@') : []
    if (ownTicks === '' || ownBoot !== boot || Number(ownTicks) < Number(ticks)) return false
    return environmentHash(environmentOf(pid)) === environment
  })
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1)
  } catch {
    // Another user's, or it ended in between.
    return []
  }
}

function environmentHash(entries: readonly string[]): string {
  return sha256Hex(entries.toSorted().join('\0'))
}
