/** Running a command as an operation: no shell, no input but for hooks that are notified, its own process group. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { refuseForeignBank } from '../base/bank-listener.io.ts'
import { type Cancel, type Clock, IsconfError } from '../base/index.ts'
import { withCommandLimits } from './command-limits.io.ts'
import { notRun } from './command-not-run.io.ts'
import type { Command, CommandResult, OutputListener, OutputStream } from './machine.ts'

/** When a command has ended, what it left behind may hold its output open. That is listened to for this much longer. */
const lingerMs = 500
/** Nor is more than this listened to: the last words of an ended command, in a pipe and its reader, are fewer. */
const lateBytesMax = 2 * 1024 * 1024
/** Between asking a command to end and killing it. */
const killDelayMs = 10_000

export interface RunCommand {
  readonly command: Command
  /** Where it runs on this machine, as people know it: its PWD. */
  readonly cwd: string
  /** A path to the same directory that was opened and checked; `cwd` when absent. */
  readonly openedCwd?: string
  readonly environment: Readonly<Record<string, string>>
  readonly output: OutputListener
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Hears of all the environment right before the start. */
  readonly beforeStart?: (environment: Readonly<Record<string, string>>) => void
  /** Hears of the process as soon as there is one. */
  readonly onStart?: (pid: number) => void
}

/** See {@link Machine.run}. */
export async function runCommand(run: RunCommand): Promise<CommandResult> {
  run.signal.throwIfAborted()
  refuseForeignBank(run.command.argv)
  const child = await start(run)
  const hash = createHash('sha256')
  const listen = (stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined => {
    hash.update(bytes)
    return run.output(stream, bytes)
  }
  const ears = [new Ear(child.stdout, 'stdout', listen), new Ear(child.stderr, 'stderr', listen)]
  const stopKilling = killOnAbort(child, run)
  const status = await ended(child)
  const stopLingering = letGoOfIdle(ears, run.clock)
  await Promise.all(ears.map((ear) => ear.done))
  stopLingering()
  stopKilling()
  if (run.signal.aborted) throw new IsconfError('INTERRUPTED', `${run.command.argv[0]} was stopped`)
  return { status, outputSha256: hash.digest('hex') }
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>

function start({ command, cwd, openedCwd = cwd, environment, beforeStart, onStart }: RunCommand): Promise<Child> {
  const [program = '', ...words] = command.argv
  return new Promise((resolve, reject) => {
    const env = environmentOf(environment, { PWD: cwd, ...command.env })
    const what = { program, cwd: command.cwd, realCwd: cwd, path: env['PATH'] ?? '' }
    const refuse = (error: NodeJS.ErrnoException): void => reject(notRun(what, error))
    let child: Child
    beforeStart?.(env)
    try {
      child = withCommandLimits(() =>
        spawn(program, words, {
          ...{ cwd: openedCwd, env, detached: true },
          stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        }),
      ) as Child
      if (child.pid !== undefined) onStart?.(child.pid)
    } catch (error) {
      // A NUL in an argument, a list longer than the kernel takes.
      return refuse(error as NodeJS.ErrnoException)
    }
    // One that does not read its input need not.
    child.stdin?.once('error', () => undefined).end(command.input)
    child.once('error', refuse)
    child.once('spawn', () => resolve(child))
  })
}

/** What every command gets, and what was recorded with this one, which wins: a language also over LC_ALL. */
function environmentOf(all: RunCommand['environment'], own: Command['env']): Record<string, string> {
  const { LC_ALL, ...others } = all
  const hasLanguage = Object.keys(own).some((name) => /^(LANG|LC_.*)$/.test(name))
  return { ...others, ...(LC_ALL !== undefined && !hasLanguage && { LC_ALL }), ...own }
}

function ended(child: Child): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

/** Hears one stream to its end, or until it is let go. */
class Ear {
  readonly done: Promise<void>
  readonly source: Readable
  /** Whether the listener has bytes that it is not done with. */
  isHeld = false
  heardBytes = 0

  constructor(source: Readable, stream: OutputStream, listen: OutputListener) {
    this.source = source
    this.done = this.#hear(stream, listen)
  }

  async #hear(stream: OutputStream, listen: OutputListener): Promise<void> {
    try {
      for await (const bytes of this.source as AsyncIterable<Uint8Array>) {
        this.isHeld = true
        this.heardBytes += bytes.length
        await listen(stream, bytes)
        this.isHeld = false
      }
    } catch {
      // Let go while something left behind still held it open.
    }
  }
}

/**
 * Lets go of streams that have said nothing more for `lingerMs`. A stream that waits for its listener may still hold
 * what the command wrote before it ended.
 */
function letGoOfIdle(ears: readonly Ear[], clock: Clock): Cancel {
  const open = new Map(ears.map((ear) => [ear, ear.heardBytes + lateBytesMax]))
  let cancel: Cancel = () => undefined
  const look = (): void => {
    for (const [ear, bytesMax] of open) {
      if (ear.isHeld && ear.heardBytes < bytesMax) continue
      ear.source.destroy()
      open.delete(ear)
    }
    if (open.size > 0) cancel = clock.after(lingerMs, look)
  }
  cancel = clock.after(lingerMs, look)
  return () => cancel()
}

function killOnAbort(child: Child, { signal, clock }: RunCommand): () => void {
  let cancel: Cancel = () => undefined
  const stop = (): void => {
    killGroup(child, 'SIGTERM')
    cancel = clock.after(killDelayMs, () => killGroup(child, 'SIGKILL'))
  }
  signal.addEventListener('abort', stop, { once: true })
  // It may have been aborted while the command was being started.
  if (signal.aborted) stop()
  return () => {
    signal.removeEventListener('abort', stop)
    cancel()
    // What the command started has had the same time to end.
    if (signal.aborted) killGroup(child, 'SIGKILL')
  }
}

function killGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It ended in between.
  }
}
