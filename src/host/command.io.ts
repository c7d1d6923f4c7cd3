/** Running a command as an operation: no shell, no input, its own process group. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { type Cancel, type Clock, IsconfError } from '../base/index.ts'
import type { Command, CommandResult, OutputListener, OutputStream } from './machine.ts'

/** After the command has ended, what it left behind may hold its output open; we listen this much longer. */
const lingerMs = 500
/** Between asking a command to end and making it. */
const killDelayMs = 10_000

export interface RunCommand {
  readonly command: Command
  /** Where it runs on this machine. */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly output: OutputListener
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** See {@link Machine.run}. */
export async function runCommand(run: RunCommand): Promise<CommandResult> {
  run.signal.throwIfAborted()
  const child = await start(run)
  const hash = createHash('sha256')
  const listen = (stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined => {
    hash.update(bytes)
    return run.output(stream, bytes)
  }
  const drained = Promise.all([forward(child.stdout, 'stdout', listen), forward(child.stderr, 'stderr', listen)])
  const stopKilling = killOnAbort(child, run)
  const status = await ended(child)
  const cancel = run.clock.after(lingerMs, () => {
    child.stdout.destroy()
    child.stderr.destroy()
  })
  await drained
  cancel()
  stopKilling()
  if (run.signal.aborted) throw new IsconfError('INTERRUPTED', `${run.command.argv[0]} was stopped`)
  return { status, outputSha256: hash.digest('hex') }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function start({ command, cwd, environment }: RunCommand): Promise<Child> {
  const [program = '', ...words] = command.argv
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(notRun(program, command.cwd, error))
    let child: Child
    try {
      const env = { ...environment, PWD: cwd, ...command.env }
      child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    } catch (error) {
      // A NUL in an argument, a list longer than the kernel takes.
      return refuse(error as NodeJS.ErrnoException)
    }
    child.once('error', refuse)
    child.once('spawn', () => resolve(child))
  })
}

function notRun(program: string, cwd: string, error: NodeJS.ErrnoException): IsconfError {
  // The kernel says ENOENT for a missing directory, too.
  const reason = error.code === 'ENOENT' ? `no such command, or no directory ${cwd}` : error.message
  return new IsconfError('COMMAND_NOT_RUN', `cannot run ${program}: ${reason}`, { cause: error })
}

function ended(child: Child): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

async function forward(source: Readable, stream: OutputStream, listen: OutputListener): Promise<void> {
  try {
    for await (const bytes of source) {
      await listen(stream, bytes as Uint8Array)
    }
  } catch {
    // Let go while something left behind still held it open.
  }
}

function killOnAbort(child: Child, { signal, clock }: RunCommand): () => void {
  let cancel: Cancel = () => undefined
  const stop = (): void => {
    killGroup(child, 'SIGTERM')
    cancel = clock.after(killDelayMs, () => killGroup(child, 'SIGKILL'))
  }
  signal.addEventListener('abort', stop, { once: true })
  return () => {
    signal.removeEventListener('abort', stop)
    cancel()
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
