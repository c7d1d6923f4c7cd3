/**
 * Which command runs, on disk: a daemon that is killed leaves it running, and the next one must not begin it a second
 * time beside the first.
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

  /** At once after it is started; what it has in the memory of the kernel outlives this process, and needs no sync. */
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
