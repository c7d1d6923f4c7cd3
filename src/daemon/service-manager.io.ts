/**
 * Tells the service manager that started the daemon how it stands. The
 * protocol is a datagram to the unix socket NOTIFY_SOCKET, which Node can't
 * send; systemd-notify(1) can.
 */
import { execFile, spawn } from 'node:child_process'
import { type Clock, fixedPath, type Log, within } from '../base/index.ts'

/** A manager that does not listen must not hold up the daemon. */
const tellMsMax = 5_000

export interface ServiceManager {
  /** Whether there is one, which starts the daemon again when that asks for it by its exit status. */
  readonly isThere: boolean
  ready(): Promise<void>
  /** Begins a reload; {@link ready} ends it. */
  reloading(): Promise<void>
  stopping(): Promise<void>
  /** Whether the whole machine goes down, and not this service alone. */
  isGoingDown(): Promise<boolean>
}

/** The manager that the environment names; without one nobody is told. Takes the variable out of the environment. */
export function serviceManager(clock: Clock, log: Log): ServiceManager {
  const socket = process.env['NOTIFY_SOCKET']
  delete process.env['NOTIFY_SOCKET']
  const tell = async (...words: readonly string[]): Promise<void> => {
    if (!socket) return
    const problem = await within(clock, tellMsMax, notify(socket, words), () => `no end within ${tellMsMax} ms`)
    if (problem)
      log.warn({ problem }, 'systemd-notify failed: the service manager does not know the state of the daemon')
  }
  return {
    isThere: socket !== undefined,
    ready: () => tell('--ready'),
    reloading: () => tell('RELOADING=1'),
    stopping: () => tell('STOPPING=1'),
    isGoingDown: () => within(clock, tellMsMax, isSystemStopping(), () => false),
  }
}

/** What went wrong; undefined when nothing did. */
function notify(socket: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { PATH: fixedPath, NOTIFY_SOCKET: socket }
    const child = spawn('systemd-notify', words, { env, stdio: 'ignore' })
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (status) => resolve(status === 0 ? undefined : `status ${status}`))
  })
}

/** False also if nobody can be asked. */
function isSystemStopping(): Promise<boolean> {
  return new Promise((resolve) => {
    const env = { PATH: fixedPath }
    execFile('systemctl', ['is-system-running'], { env }, (_, state) => resolve(state.trim() === 'stopping'))
  })
}
