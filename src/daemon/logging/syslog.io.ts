/**
 * Lines for syslog, through logger(1): Node has no unix datagrams, which is
 * what /dev/log takes. A logger that is slow loses lines, and one that is gone
 * is started again; neither holds up the daemon.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { type Cancel, type Clock, fixedPath, within } from '../../base/index.ts'

/** What may wait for the logger in memory: some ten thousand lines. */
const waitingBytesMax = 1024 * 1024
/** How long to wait before the logger is started again: one that can't run would be started over and over. */
const restartAfterMs = 5_000
/** The last lines of a daemon are not worth a longer wait at its end. */
const closeMsMax = 1_000

export interface Syslog {
  /** Whether the line was taken; if not, it belongs in the file. */
  write(line: string): boolean
  /** Passes on what is waiting, and waits a moment at most. */
  close(): Promise<void>
}

/** Starts the logger. */
export function openSyslog(clock: Clock, pid: number): Syslog {
  return new LoggerChild(clock, pid)
}

class LoggerChild implements Syslog {
  readonly #clock: Clock
  readonly #pid: number
  #child: ChildProcess | undefined
  #cancel: Cancel = () => undefined
  #isClosed = false
  #lost = 0

  constructor(clock: Clock, pid: number) {
    this.#clock = clock
    this.#pid = pid
    this.#start()
  }

  write(line: string): boolean {
    const pipe = this.#child?.stdin
    if (!pipe?.writable) return false
    if (pipe.writableLength > waitingBytesMax) {
      this.#lost += 1
      return true
    }
    if (this.#lost > 0) {
      pipe.write(`<4>${this.#lost} lines of the log were lost: syslog was too slow\n`)
      this.#lost = 0
    }
    pipe.write(`${line}\n`)
    return true
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    const child = this.#child
    if (!child) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.stdin?.end()
    await within(this.#clock, closeMsMax, ended, () => undefined)
  }

  #start(): void {
    const words = ['-t', 'isconf', `--id=${this.#pid}`, '--prio-prefix', '-p', 'daemon.info', '--size', '64KiB']
    const env = { PATH: fixedPath }
    const child = spawn('logger', words, { stdio: ['pipe', 'ignore', 'ignore'], cwd: '/', env })
    this.#child = child
    // Neither the child nor its pipe is a reason for the process to stay.
    child.unref()
    child.stdin?.on('error', () => undefined)
    child.once('error', () => this.#hasEnded(child))
    child.once('exit', () => this.#hasEnded(child))
  }

  #hasEnded(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    if (!this.#isClosed) this.#cancel = this.#clock.after(restartAfterMs, () => this.#start())
  }
}
