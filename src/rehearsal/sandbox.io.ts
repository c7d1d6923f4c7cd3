/** Rehearses on this host: in a sandbox over everything on its disks, which is thrown away. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../base/clock.io.ts'
import { IsconfError } from '../base/index.ts'
import { holdPackages, type OutputListener } from '../machine/index.ts'
import { layersOf } from './mounts.ts'
import type { Job, Rehearsed, SandboxEvent } from './rehearsal.ts'
import { namespacesOf, readOnlyMark, type Sandbox, sandboxScript } from './sandbox-script.ts'
import { goesOnAfter, notReached, verdictOf } from './verdicts.ts'

export interface RehearsalListener {
  begun(index: number): void
  /** Something that a person should know of the whole. */
  remark(text: string): void
  readonly output: OutputListener
}

export interface RehearsalOptions {
  readonly job: Job
  /** An empty directory, made when absent. */
  readonly space: string
  /** Files that are empty in it. */
  readonly hidden: readonly string[]
  /** Whether commands see the host's network. */
  readonly withNetwork: boolean
  /** Whether the commands were done here before. */
  readonly again: boolean
}

/** A fixed PATH: what a rehearsal does as root must not depend on a caller's. */
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
const needed = ['unshare', 'setpriv', 'mount', 'pivot_root']

/** Does the job in a sandbox. Returns a verdict on each operation. NOT_REHEARSABLE, PACKAGES_BUSY, INTERRUPTED. */
export async function rehearse(
  options: RehearsalOptions,
  listener: RehearsalListener,
  signal: AbortSignal,
): Promise<readonly Rehearsed[]> {
  refuseWithout()
  const sandbox = sandboxOf(options)
  // What is below an overlay must not change meanwhile, and locks of the host are not seen in the sandbox.
  const aboutPackages = {
    waits: () => listener.remark('waiting for apt or dpkg'),
    cannotLock: (why: string) =>
      listener.remark(`apt and dpkg of this host are not kept from work meanwhile, which may mislead it: ${why}`),
  }
  const letGo = await holdPackages(systemClock, aboutPackages, signal)
  try {
    return await inSandbox(sandbox, options, listener, signal)
  } finally {
    letGo()
  }
}

async function inSandbox(
  sandbox: Sandbox,
  options: RehearsalOptions,
  listener: RehearsalListener,
  signal: AbortSignal,
): Promise<readonly Rehearsed[]> {
  signal.throwIfAborted()
  const child = spawn('/usr/bin/unshare', [...namespacesOf(sandbox), 'sh', '-c', sandboxScript(sandbox)], {
    env: environment,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const run = new RehearsalRun(options, child, listener)
    const verdicts = await run.verdicts()
    signal.throwIfAborted()
    return verdicts
  } finally {
    signal.removeEventListener('abort', stop)
    child.kill('SIGKILL')
    await ended
  }
}

/** The conversation with the sandbox. */
class RehearsalRun {
  readonly #options: RehearsalOptions
  readonly #child: ChildProcess
  readonly #listener: RehearsalListener
  readonly #verdicts: Rehearsed[] = []
  #complaint = ''
  #isReady = false

  constructor(options: RehearsalOptions, child: ChildProcess, listener: RehearsalListener) {
    this.#options = options
    this.#child = child
    this.#listener = listener
  }

  async verdicts(): Promise<readonly Rehearsed[]> {
    const { job, space } = this.#options
    const { stdin, stdout, stderr } = this.#child
    if (!stdin || !stdout || !stderr) throw new IsconfError('UNEXPECTED', 'a child process without its pipes')
    // It may have ended before it was told anything.
    stdin.on('error', () => undefined)
    stderr.on('data', (bytes: Buffer) => this.#hearComplaint(bytes.toString()))
    stdin.write(`${JSON.stringify(job)}\n`)
    for await (const line of createInterface({ input: stdout })) await this.#hear(JSON.parse(line) as SandboxEvent)
    if (!this.#isReady)
      throw notHere(`its sandbox over ${space} can't be made: ${this.#complaint.trim() || 'no reason was given'}`)
    const count = this.#verdicts.length
    return [...this.#verdicts, ...job.operations.slice(count).map((_, index) => notReached(count + index + 1))]
  }

  #hearComplaint(text: string): void {
    this.#complaint += text
    for (const line of text.split('\n')) {
      if (!line.startsWith(readOnlyMark)) continue
      this.#listener.remark(`${line.slice(readOnlyMark.length)} is read-only in a rehearsal`)
    }
  }

  async #hear(event: SandboxEvent): Promise<void> {
    const { job, again, withNetwork } = this.#options
    switch (event.event) {
      case 'ready':
        this.#isReady = true
        return
      case 'left':
        return this.#listener.remark(`${event.path} is rehearsed as it is now: what was there before is not known`)
      case 'begun':
        return this.#listener.begun(event.index)
      case 'output':
        return this.#listener.output(event.stream, Buffer.from(event.bytes, 'base64'))
      case 'ended': {
        const { operations } = job
        const verdict = verdictOf({ operations, again, ownNetwork: !withNetwork }, event.index, event)
        this.#verdicts.push(verdict)
        for (const remark of event.remarks) this.#listener.remark(remark)
        this.#child.stdin?.write(goesOnAfter(verdict) ? 'go\n' : 'stop\n')
      }
    }
  }
}

function sandboxOf({ space, hidden, withNetwork }: RehearsalOptions): Sandbox {
  mkdirSync(space, { recursive: true, mode: 0o700 })
  const layers = layersOf(readFileSync('/proc/self/mountinfo', 'utf8')).flatMap((layer) => {
    const kind = kindOf(layer.place)
    return kind === undefined ? [] : [{ ...layer, kind }]
  })
  const { bavail, bsize } = statfsSync('/')
  const inside = fileURLToPath(new URL('./rehearse-inside.js', import.meta.url))
  return {
    ...{
      space,
      layers,
      hidden: hidden.filter((path) => existsSync(path)).map((path) => realpathSync(path)),
      ownNetwork: !withNetwork,
    },
    // What is written is kept in memory: no more than the disk has room for, nor than half of what the host has.
    sizeBytes: Math.min(bavail * bsize, Math.floor(totalmem() / 2)),
    argv: [process.execPath, inside],
  }
}

function kindOf(place: string): 'directory' | 'file' | undefined {
  try {
    const found = statSync(place)
    return found.isDirectory() ? 'directory' : found.isFile() ? 'file' : undefined
  } catch {
    // Hidden by another mount, or of a server that does not answer.
    return undefined
  }
}

function refuseWithout(): void {
  if (process.getuid?.() !== 0) throw notHere('the daemon is not running as root')
  const isThere = (name: string): boolean =>
    environment.PATH.split(':').some((directory) => existsSync(`${directory}/${name}`))
  const missing = needed.filter((name) => !isThere(name))
  if (missing.length > 0) throw notHere(`${missing.join(', ')} of util-linux is not installed`)
  const fileSystems = readFileSync('/proc/filesystems', 'utf8')
  // A module that is not loaded yet is loaded by the mount.
  if (!/\boverlay\b/.test(fileSystems) && !existsSync('/proc/modules')) throw notHere('the kernel has no overlayfs')
}

function notHere(why: string): IsconfError {
  return new IsconfError('NOT_REHEARSABLE', `nothing can be rehearsed on this host: ${why}`)
}
