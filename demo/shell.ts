/** Types commands on the hosts, so that a person can read along. What is shown is what a shell is given. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '../src/control/index.ts'
import { changePort, type HostName, type Site } from './site.ts'
import type { Stage } from './stage.ts'

/** Each command takes a second or two: one that takes this long hangs. */
const commandMsMax = 30_000
/** Hosts on one machine find each other in well under a second. */
const waitMsMax = 15_000
const lookEveryMs = 50
const portsTriedMax = 5
/** What isconf ends with when the daemon can't go on. */
const daemonFailed = 223
const logLinesShown = 8

export class Shell {
  readonly #site: Site
  readonly #stage: Stage
  readonly #signal: AbortSignal

  /** Stops what it types when `signal` says so. */
  constructor(site: Site, stage: Stage, signal: AbortSignal) {
    this.#site = site
    this.#stage = stage
    this.#signal = signal
  }

  /** Types a command and shows what comes. Throws when it does not end with `expected`. */
  async type(host: HostName, command: string, expected = 0): Promise<void> {
    const { status } = await this.#typeAny(host, command)
    if (status !== 0) this.#stage.note(`exit status ${status}`)
    if (status !== expected) throw this.#failure(host, `${command} ended with ${status}, not ${expected}`)
  }

  /** Types `isconf start`; where another program took the port since it was found free, tries another. */
  async start(host: HostName): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      const { status, output } = await this.#typeAny(host, 'isconf start')
      if (status === 0) return
      this.#stage.note(`exit status ${status}`)
      const isTaken = status === daemonFailed && output.includes('IS_PORT')
      if (!isTaken || tried === portsTriedMax) throw this.#failure(host, `isconf start ended with ${status}`)
      await changePort(this.#site, this.#site.hosts[host])
      this.#stage.say(`Another program was quicker, and ${host} gets another port.`)
    }
  }

  /** Where the host stands; not shown. */
  async status(host: HostName): Promise<Status> {
    const { status, output } = await this.#run(host, 'isconf status --json', () => undefined)
    if (status !== 0) throw this.#failure(host, `isconf status ended with ${status}: ${output}`)
    return JSON.parse(output) as Status
  }

  /** Waits until the host's status is as wanted; `what` names it, for the case that it does not come. */
  async until(host: HostName, what: string, isSo: (status: Status) => boolean): Promise<void> {
    const endMs = performance.now() + waitMsMax
    while (!isSo(await this.status(host))) {
      if (performance.now() > endMs) throw this.#failure(host, `waited ${waitMsMax / 1000} s in vain: ${what}`)
      await sleep(lookEveryMs, undefined, { signal: this.#signal })
    }
  }

  async #typeAny(host: HostName, command: string): Promise<Ended> {
    this.#stage.prompt(host, command)
    const shown = this.#stage.output()
    const ended = await this.#run(host, command, (text) => shown.add(text))
    shown.end()
    return ended
  }

  #run(host: HostName, command: string, listen: (text: string) => void): Promise<Ended> {
    this.#signal.throwIfAborted()
    // One pipe for both, or what goes to standard error would overtake or lag behind.
    const words = ['sh', '-c', `exec 2>&1; ${command}`]
    const child = spawn(join(this.#site.directory, host), words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(),
      // A group of its own: Ctrl-C comes to the demo, which ends the command and then all else.
      detached: true,
    })
    child.stdout.setEncoding('utf8')
    let output = ''
    child.stdout.on('data', (text: string) => {
      output += text
      listen(text)
    })
    return this.#end(host, command, child, () => output)
  }

  #end(host: HostName, command: string, child: ChildProcess, output: () => string): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const kill = (): void => killGroup(child)
      const late = setTimeout(kill, commandMsMax)
      this.#signal.addEventListener('abort', kill, { once: true })
      const release = (): void => {
        clearTimeout(late)
        this.#signal.removeEventListener('abort', kill)
      }
      child.once('error', (error) => {
        release()
        reject(error)
      })
      child.once('close', (code) => {
        release()
        if (this.#signal.aborted) reject(this.#signal.reason as Error)
        else if (code === null) reject(this.#failure(host, `${command} did not end in ${commandMsMax / 1000} s`))
        else resolve({ status: code, output: output() })
      })
    })
  }

  #failure(host: HostName, what: string): Error {
    return new Error(`on ${host}: ${what}${this.#endOfLog(host)}`)
  }

  /** The directory will be gone when the person wants to look. */
  #endOfLog(host: HostName): string {
    try {
      const path = join(this.#site.hosts[host].home, 'log/isconf.log')
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-logLinesShown)
      return `\nthe end of ${host}'s log:\n${lines.map((line) => `    ${line}`).join('\n')}`
    } catch {
      return ''
    }
  }
}

interface Ended {
  readonly status: number
  /** Standard output and standard error as they came. */
  readonly output: string
}

/** The caller's environment without ISconf settings of their own. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('IS_')))
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended in between.
  }
}
