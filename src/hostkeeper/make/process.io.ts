/** Make as a process group of its own, which the lock knows before it begins. */
import { spawn } from 'node:child_process'
import { lockGroup } from '../lock.io.ts'
import type { RunLog } from '../run/run-log.io.ts'
import type { MakeCall } from './make.io.ts'

/** How make ended: its status, or the signal that ended it. */
export interface MakeEnd {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
}

/** What make writes is looked at so often. */
const showEveryMs = 50

/**
 * Runs make to its end.
 *
 * A shell waits for a word before it becomes make: were hostkeeper killed
 * between starting make and writing down its group, nobody would know of it.
 */
export async function runMake(
  call: MakeCall,
  targets: readonly string[],
  lock: string,
  log: RunLog,
  interruption: Interruption,
): Promise<MakeEnd> {
  const words = ['-c', 'read -r go && exec "$@" </dev/null', 'sh', call.make, ...call.words, ...targets]
  const child = spawn('/bin/sh', words, {
    cwd: call.cwd,
    env: call.environment,
    detached: true,
    stdio: ['pipe', log.descriptor, log.descriptor],
  })
  // Not 'close': a daemon that a step has started may hold the output for ever.
  const ended = new Promise<MakeEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status, signal) =>
      resolve({ status, signal: signal ?? (status === 0 ? null : (interruption.signal ?? null)) }),
    )
  })
  ended.catch(() => undefined)
  child.stdin?.on('error', () => undefined)
  const group = child.pid
  if (group === undefined) return ended
  const forget = await lockGroup(lock, group)
  interruption.group = group
  child.stdin?.end(interruption.signal === undefined ? 'go\n' : '')
  const showing = setInterval(log.show, showEveryMs)
  try {
    return await ended
  } finally {
    clearInterval(showing)
    interruption.group = undefined
    log.show()
    await forget()
  }
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

  #send(signal: NodeJS.Signals): void {
    try {
      if (this.group !== undefined) process.kill(-this.group, signal)
    } catch {
      // It has ended.
    }
  }
}

const interruptionsMax = 3
