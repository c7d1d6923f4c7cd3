/** Make as a process group of its own, which the lock knows before it begins. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { type MakeCall, notRun, progressLine, progressName, runningWords } from '../make/index.ts'
import { lockGroup } from '../program/index.ts'
import type { RunLog } from './run-log.io.ts'

/** How make ended: its status, or the signal that ended it. */
export interface MakeEnd {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  /** Why hostkeeper has ended it, when it has. */
  readonly limit: string | undefined
}

/** What make writes is looked at so often. */
const lookEveryMs = 50

/** How one make is run. */
export interface MakeRun {
  readonly call: MakeCall
  /** Flags and targets. */
  readonly words: readonly string[]
  readonly lock: string
  readonly log: RunLog
  readonly interruption: Interruption
  /** Called often while it runs, and once more at its end. */
  readonly look: () => void
}

/**
 * Waits for a word before it begins: were hostkeeper killed between starting make and writing down its group, nobody
 * would know of it. It outlives signals that are for make, and notes how make ended, also when hostkeeper is gone.
 */
const shell = `trap : INT TERM HUP
read -r go || exit
"$@" </dev/null
status=$?
echo "${progressLine.end('$status')}" >>${progressName}
exit $status`

/** Runs make to its end. */
export async function runMake({ call, words, lock, log, interruption, look }: MakeRun): Promise<MakeEnd> {
  const child = spawn('/bin/sh', ['-c', shell, 'sh', call.make, ...runningWords, ...call.words, ...words], {
    cwd: call.cwd,
    env: call.environment,
    detached: true,
    stdio: ['pipe', log.descriptor, log.descriptor],
  })
  // Not 'close': a daemon that a step has started may hold the output for ever.
  const ended = new Promise<MakeEnd>((resolve, reject) => {
    child.once('error', (error) => reject(notRun(call.make, error)))
    child.once('exit', (status, signal) => resolve(endOf(status, signal, interruption)))
  })
  ended.catch(() => undefined)
  child.stdin?.on('error', () => undefined)
  const group = child.pid
  if (group === undefined) return ended
  const forget = await lockGroup(lock, group)
  interruption.group = group
  child.stdin?.end(interruption.signal === undefined ? 'go\n' : '')
  const looking = setInterval(look, lookEveryMs)
  try {
    return await ended
  } finally {
    clearInterval(looking)
    interruption.group = undefined
    look()
    await forget()
  }
}

/** A shell tells of a signal that ended its command by a status above 128. */
function endOf(status: number | null, signal: NodeJS.Signals | null, interruption: Interruption): MakeEnd {
  const { limit } = interruption
  if (status === 0) return { status, signal: null, limit: undefined }
  const byNumber = Object.entries(constants.signals).find(([, number]) => status !== null && status - 128 === number)
  const own = signal ?? (byNumber?.[0] as NodeJS.Signals | undefined) ?? interruption.signal ?? null
  return { status: own === null ? status : null, signal: own, limit }
}

/**
 * Passes Ctrl-C and SIGTERM on to make and all that it has started; the third ends them for good. A hang-up ends
 * nothing.
 */
export class Interruption {
  /** The process group of make, while there is one. */
  group: number | undefined
  /** The first that came. */
  signal: NodeJS.Signals | undefined
  /** Why hostkeeper itself ends make. */
  limit: string | undefined
  #count = 0

  constructor(onInterrupt: (listener: (signal: NodeJS.Signals) => void) => void) {
    // A connection that breaks down is no reason to leave a host half done.
    process.on('SIGHUP', () => undefined)
    onInterrupt((signal) => {
      this.signal ??= signal
      this.#count += 1
      this.#send(this.#count >= interruptionsMax ? 'SIGKILL' : signal)
    })
  }

  /** Ends make of hostkeeper's own accord; for good when it has not ended after a while. */
  endFor(limit: string): void {
    if (this.limit !== undefined) return
    this.limit = limit
    this.#send('SIGTERM')
    setTimeout(() => this.#send('SIGKILL'), graceMs).unref()
  }

  #send(signal: NodeJS.Signals): void {
    try {
      if (this.group !== undefined) process.kill(-this.group, signal)
    } catch {
      // It has ended.
    }
  }
}

const interruptionsMax = 3
/** How long a step that takes too long may take to end. */
const graceMs = 10_000
