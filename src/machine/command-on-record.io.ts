/**
 * Records on disk which command runs: if the daemon is killed, the command goes on, and the next daemon must not begin
 * it a second time.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { IsconfError } from '../base/index.ts'
import { processStart } from '../base/pid-file.io.ts'

export class CommandOnRecord {
  readonly #path: string

  /** `path` is the file that names it. */
  constructor(path: string) {
    this.#path = path
  }

  /** COMMAND_LEFT while the command of a daemon that has died still runs. */
  refuseBeside(): void {
    const [pid = '', started = '', ...words] = this.#read().split(' ')
    if (!/^\d+$/.test(pid) || started === '' || processStart(Number(pid)) !== started) return
    throw new IsconfError(
      'COMMAND_LEFT',
      `${words.join(' ')}, which a daemon that has died began, still runs: process ${pid}`,
      {
        hint: `wait until it ends, or end it and everything that it started: kill -- -${pid}; then do this again`,
      },
    )
  }

  /**
   * To be called right after the start. What was written outlives this process in the kernel's memory, and needs no
   * sync.
   */
  note(pid: number, argv: readonly string[]): void {
    try {
      writeFileSync(this.#path, `${pid} ${processStart(pid)} ${argv.join(' ')}`, { mode: 0o600 })
    } catch {
      // On a disk that is full or a machine without /proc it goes unrecorded; the history says so of the operation.
    }
  }

  forget(): void {
    rmSync(this.#path, { force: true })
  }

  #read(): string {
    try {
      return readFileSync(this.#path, 'utf8')
    } catch {
      return ''
    }
  }
}
