/** The process: arguments, environment, signals, exit status. */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { currentDirectory, IsconfError, oneMallocArena, release, toIsconfError, userHere } from './base/index.ts'
import {
  type Flags,
  hasInput,
  runCli,
  type SpawnedDaemon,
  type Surroundings,
  standardInput,
  systemFiles,
} from './cli/index.ts'
import { failureText, systemTerminal, withMovingLine } from './terminal/index.ts'

/**
 * In MiB, of each half of the memory for what is new: Node's own 16 let an idle daemon keep 8 MB more for half a
 * minute after each burst, and moved a large file no faster.
 */
const youngMemoryMax = '--max-semi-space-size=2'

/** As it was named: where that is a symbolic link, a later release may be found behind it. */
const programPath = process.argv[1] ?? fileURLToPath(import.meta.url)

/** Set in the environment of a daemon in the background, which nobody would start again. */
const backgroundVariable = 'ISCONF_BACKGROUND'

/** What a daemon that was started in the background says to its starter, once. */
type FirstWord = { readonly ready: true } | Extract<SpawnedDaemon, { ready: false }>

const surroundings: Surroundings = {
  terminal: withMovingLine(systemTerminal),
  user: process.env['SUDO_USER'] || process.env['LOGNAME'] || userHere().name,
  cwd: currentDirectory(),
  variable: (name) => process.env[name],
  release,
  spawnDaemon,
  runDaemon,
  sealHome: async (configPath) => (await import('./daemon/index.ts')).sealHome(configPath),
  noteSameHost: async (configPath) => (await import('./daemon/index.ts')).noteSameHost(configPath),
  leaveHome: async (...words) => (await import('./daemon/index.ts')).leaveHome(...words),
  input: standardInput,
  hasInput,
  onInterrupt: (listener) => {
    let signals = 0
    const onSignal = (): void => {
      signals += 1
      if (signals > 1) process.exit(2)
      listener()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  },
  isAlive,
  isBelow,
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  files: systemFiles,
}

// All that is written is written by now, and what a library still holds open must not hold up the end.
void runCli(process.argv.slice(2), surroundings).then((status) => process.exit(status))

/** Whether a process runs. One that has ended and waits for its parent to notice, as in many containers, does not. */
function isAlive(pid: number): boolean {
  const [state] = stateAndParent(pid)
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function isBelow(pid: number): boolean {
  for (let at = process.ppid; at > 0; at = Number(stateAndParent(at)[1] ?? 0)) if (at === pid) return true
  return false
}

/** Of a process; nothing when there is none. */
function stateAndParent(pid: number): readonly string[] {
  try {
    // The name, in parentheses, may hold anything; these two follow it.
    return /\) (\S+) (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.slice(1) ?? []
  } catch {
    return []
  }
}

/** Starts `isconf daemon` in the background and waits for its first word. */
function spawnDaemon(flags: Flags, home: string): Promise<SpawnedDaemon> {
  const words = flags.config === undefined ? [] : ['-c', flags.config]
  const output = openDaemonOutput(home)
  const child = spawn(process.execPath, [youngMemoryMax, ...process.execArgv, programPath, ...words, 'daemon'], {
    cwd: '/',
    detached: true,
    env: { ...oneMallocArena, ...process.env, [backgroundVariable]: '1' },
    stdio: ['ignore', output, output, 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('message', (word: FirstWord) => {
      child.disconnect()
      child.unref()
      resolve(word.ready ? { ready: true, pid: child.pid ?? 0 } : word)
    })
    child.once('exit', (status) => {
      const error = `isconf: error: the daemon ended with status ${status} before it answered\nisconf: hint: see ${home}/log\n`
      resolve({ ready: false, code: 'DAEMON_LOST', error, exit: 223 })
    })
  })
}

/** What a dying daemon writes goes to a file beside the log; without a home to put it in, nowhere. */
function openDaemonOutput(home: string): number | 'ignore' {
  try {
    mkdirSync(join(home, 'log'), { recursive: true, mode: 0o700 })
    return openSync(join(home, 'log/isconf.stderr'), 'a', 0o600)
  } catch {
    return 'ignore'
  }
}

async function runDaemon(configPath: string | undefined): Promise<void> {
  const tell = (word: FirstWord): Promise<void> =>
    new Promise((resolve) => {
      if (!process.connected) return resolve()
      process.send?.(word, () => {
        process.disconnect()
        resolve()
      })
    })
  try {
    const daemon = await import('./daemon/index.ts')
    const end = await daemon.runDaemon({ configPath, release, programPath, onReady: () => void tell({ ready: true }) })
    if (end === 'replaced') giveWay()
  } catch (thrown) {
    const error = toIsconfError(thrown)
    await tell({ ready: false, code: error.code, error: failureText(error), exit: error.exit })
    throw thrown
  }
}

/** The program that is there now takes over. */
function giveWay(): void {
  if (process.env[backgroundVariable] === undefined) {
    throw new IsconfError('PROGRAM_REPLACED', 'this daemon gives way to the next one')
  }
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  child.unref()
}
