/** Programs that bring a tree. */
import { type ChildProcess, spawn } from 'node:child_process'
import { shownAddress, withoutSecrets } from './address.ts'
import { failed, type SourceContext } from './source.ts'

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
  { settings, environment: own, signal }: Pick<SourceContext, 'settings' | 'environment' | 'signal'>,
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
  const about = shownAddress(address)
  const ending = new Ending(child, settings.timeoutS)
  const onAbort = (): void => ending.end()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const { status, error, said } = await ending.result
    signal.throwIfAborted()
    const last = withoutSecrets(said)
    if (ending.wasSilent) throw failed(`${about}: ${program} said nothing for ${settings.timeoutS} seconds${last}`)
    if (error) throw failed(`${about}: cannot run ${program}: ${error.code === 'ENOENT' ? 'not found' : error.message}`)
    if (status !== 0)
      throw failed(`${about}: ${program} ended with ${typeof status === 'number' ? `status ${status}` : status}${last}`)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

interface Result {
  /** Exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals
  readonly error: NodeJS.ErrnoException | undefined
  /** A colon and the last lines that it wrote; empty when it wrote nothing. */
  readonly said: string
}

/** How a program comes to its end. */
class Ending {
  readonly result: Promise<Result>
  wasSilent = false
  readonly #child: ChildProcess
  readonly #silenceMs: number
  #said = ''
  #silence: NodeJS.Timeout | undefined
  #kill: NodeJS.Timeout | undefined
  #pipes: NodeJS.Timeout | undefined
  #giveUp: () => void = () => {}

  constructor(child: ChildProcess, silenceS: number) {
    this.#child = child
    this.#silenceMs = silenceS * 1000
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#said = (this.#said + bytes.toString()).slice(-saidMax)
        this.#listen()
      })
    }
    this.#listen()
    this.result = new Promise((resolve) => {
      const done = (status: Result['status'], error?: NodeJS.ErrnoException): void => {
        clearTimeout(this.#silence)
        clearTimeout(this.#kill)
        clearTimeout(this.#pipes)
        resolve({ status, error, said: lastLines(this.#said) })
      }
      child.once('error', (error) => done(1, error))
      child.once('close', (status, signal) => done(status ?? signal ?? 1))
      child.once('exit', () => {
        clearTimeout(this.#silence)
        // A daemon that it has started may keep them for ever; when they are closed, 'close' comes.
        this.#pipes = setTimeout(() => this.#closePipes(), pipesMs)
      })
      this.#giveUp = () => {
        this.#closePipes()
        child.unref()
        done('SIGKILL')
      }
    })
  }

  /** Ends the program and all that it has started. */
  end(): void {
    clearTimeout(this.#silence)
    this.#signal('SIGTERM')
    this.#kill ??= setTimeout(() => {
      this.#signal('SIGKILL')
      // Not waited for: one that hangs in the kernel ends when that lets it.
      this.#giveUp()
    }, graceMs)
  }

  #closePipes(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  #listen(): void {
    clearTimeout(this.#silence)
    if (this.#pipes !== undefined) return
    this.#silence = setTimeout(() => {
      this.wasSilent = true
      this.end()
    }, this.#silenceMs)
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, signal)
    } catch {
      // It has ended in this moment.
    }
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

/** ssh as a boot needs it: it asks nobody, and does not wait for ever. */
export function sshCommand(timeoutS: number): string {
  return `ssh -o BatchMode=yes -o ConnectTimeout=${timeoutS} -o ServerAliveInterval=${timeoutS} -o ServerAliveCountMax=1`
}
