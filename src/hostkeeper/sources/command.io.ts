/** Programs that bring a tree. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { shownAddress, withoutSecrets } from './address.ts'
import { failed, type SourceContext } from './source.ts'

type Child = ChildProcessByStdio<null, Readable, Readable>

/** What a program is run with. */
export type CommandContext = Pick<SourceContext, 'settings' | 'environment' | 'signal'>

export interface CommandOptions {
  /** The address that it is about, for messages. */
  readonly address: string
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Runs a program to its good end. One that writes nothing for HOSTKEEPER_TIMEOUT seconds is ended, with all that it
 * has started. SOURCE_FAILED with the end of what it wrote; INTERRUPTED.
 */
export async function runCommand(
  argv: readonly string[],
  { address, cwd, environment }: CommandOptions,
  { settings, environment: own, signal }: CommandContext,
): Promise<void> {
  signal.throwIfAborted()
  const [program = '', ...words] = argv
  // A process group of its own, so that what it starts can be ended with it.
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...own, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  })
  const { status, error, wasSilent, said } = await ended(child, settings.timeoutS * 1000, signal)
  signal.throwIfAborted()
  const last = withoutSecrets(said)
  const about = shownAddress(address)
  if (wasSilent) throw failed(`${about}: ${program} said nothing for ${settings.timeoutS} seconds${last}`)
  if (error) throw failed(`${about}: cannot run ${program}: ${error.code === 'ENOENT' ? 'not found' : error.message}`)
  if (status !== 0)
    throw failed(`${about}: ${program} ended with ${typeof status === 'number' ? `status ${status}` : status}${last}`)
}

interface Result {
  /** Exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals
  readonly error: NodeJS.ErrnoException | undefined
  readonly wasSilent: boolean
  /** A colon and the last lines that it wrote; empty when it wrote nothing. */
  readonly said: string
}

/** Waits for the end of a program, and ends it with all that it has started when it is silent, or `signal` says so. */
function ended(child: Child, silenceMs: number, signal: AbortSignal): Promise<Result> {
  let said = ''
  let wasSilent = false
  let silence: NodeJS.Timeout | undefined
  let grace: NodeJS.Timeout | undefined
  let pipes: NodeJS.Timeout | undefined
  const closePipes = (): void => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return new Promise((resolve) => {
    const done = (status: Result['status'], error?: NodeJS.ErrnoException): void => {
      for (const timer of [silence, grace, pipes]) clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve({ status, error, wasSilent, said: lastLines(said) })
    }
    const end = (): void => {
      clearTimeout(silence)
      signalGroup(child, 'SIGTERM')
      grace ??= setTimeout(() => {
        signalGroup(child, 'SIGKILL')
        // Not waited for: one that hangs in the kernel ends when that lets it.
        closePipes()
        child.unref()
        done('SIGKILL')
      }, graceMs)
    }
    const listen = (): void => {
      clearTimeout(silence)
      if (pipes !== undefined) return
      silence = setTimeout(() => {
        wasSilent = true
        end()
      }, silenceMs)
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        said = (said + bytes.toString()).slice(-saidMax)
        listen()
      })
    }
    listen()
    signal.addEventListener('abort', end, { once: true })
    child.once('error', (error) => done(1, error))
    child.once('close', (status, signal) => done(status ?? signal ?? 1))
    child.once('exit', () => {
      clearTimeout(silence)
      // A daemon that it has started may keep them for ever; when they are closed, 'close' comes.
      pipes = setTimeout(closePipes, pipesMs)
    })
  })
}

function signalGroup({ pid }: Child, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended in this moment.
  }
}

/** How much of what a program wrote is kept for a message. */
const saidMax = 4096
/** How long a program may take to leave when it is told to. */
const graceMs = 5000
/** How long the last words of a program that has ended may be on their way. */
const pipesMs = 1000
const linesShown = 3

function lastLines(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  return lines.length === 0 ? '' : `: ${lines.slice(-linesShown).join(' / ')}`
}

/** ssh as a boot needs it, unless the environment has its own in `name`: it asks nobody, and does not wait for ever. */
export function sshCommand({ settings, environment }: CommandContext, name: 'GIT_SSH_COMMAND' | 'RSYNC_RSH'): string {
  const { timeoutS } = settings
  const limits = `-o ConnectTimeout=${timeoutS} -o ServerAliveInterval=${timeoutS} -o ServerAliveCountMax=1`
  return environment[name] ?? `ssh -o BatchMode=yes ${limits}`
}
