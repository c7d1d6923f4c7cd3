/** The daemon as a process: one a home, with its log, its signals, and a clean end. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { systemClock } from '../base/clock.io.ts'
import { diskFailure, errnoText, errorKinds, InvariantError, IsconfError, toIsconfError } from '../base/index.ts'
import { takePidFile } from '../base/pid-file.io.ts'
import { type Config, loadConfig, watchHmacKeys, watchNets } from '../config/index.ts'
import { restartingName, socketName } from '../control/index.ts'
import { openDaemon } from './composition.io.ts'
import { serveControl } from './http/control-server.io.ts'
import { LiveConfig } from './live-config.ts'
import { type DaemonLog, openLog } from './logging/log.io.ts'
import { ProgramOnDisk } from './program.io.ts'
import { serviceManager } from './service-manager.io.ts'

export interface DaemonOptions {
  /** The file that -c names. */
  readonly configPath: string | undefined
  readonly release: string
  /** The program's file, as Node was started with it. */
  readonly programPath: string
  /** Hears that the daemon answers. */
  readonly onReady: () => void
}

/** Why the daemon ended: it was told to, or it is to be started again, most often because its program was replaced. */
export type DaemonEnd = 'stopped' | 'replaced'

/** What the kernel takes as the path of a socket; a longer one is cut short without a word. */
const socketPathBytesMax = 107
/** How long a clean stop may take before the process ends anyway. */
const stopMsMax = 15_000

/** Runs the daemon until its end. Throws what kept it from starting. */
export async function runDaemon(options: DaemonOptions): Promise<DaemonEnd> {
  const config = loadConfig({ configPath: options.configPath })
  await makeHome(config.home)
  const releasePid = await takeHome(config.home)
  let opened: DaemonLog | undefined
  try {
    opened = openLog(config)
    return await serve(options, config, opened)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    opened?.log.fatal({ code: error.code, err: error.code === 'UNEXPECTED' ? thrown : undefined }, error.message)
    await removeMark(config.home)
    throw thrown
  } finally {
    await opened?.close()
    await releasePid()
  }
}

async function serve(options: DaemonOptions, config: Config, { log, reopen }: DaemonLog): Promise<DaemonEnd> {
  // What a command makes must not depend on who started the daemon.
  process.umask(0o022)
  exitOnBugs(log)
  const ending = new Ending()
  const program = new ProgramOnDisk(options.programPath, systemClock, log)
  const manager = serviceManager(systemClock, log)
  const live = liveConfig(options, config, log)
  process.on('SIGHUP', () => {
    reopen()
    void manager.reloading().then(() => {
      live.reread()
      return manager.ready()
    })
  })

  const world = await openDaemon(live, options.release, log)
  const control = await serveControl({
    socketPath: join(config.home, socketName),
    daemon: world.daemon,
    facts: world.facts,
    log,
    onStop: () => ending.stop('isconf stop', 'stopped'),
    onRestart: async () => {
      if (!manager.isThere) return false
      await putMark(config.home)
      ending.stop('isconf restart', 'replaced')
      return true
    },
    afterVerb: async () => {
      if (!(await program.isReplaced())) return
      // Before the caller goes on: its next command is to wait for the next daemon.
      await putMark(config.home)
      ending.replace()
    },
  })
  await removeMark(config.home)
  log.info({ pid: process.pid, addresses: world.facts.mesh().addresses }, 'the daemon answers')
  options.onReady()
  await manager.ready()

  const end = await ending.wait(async () => {
    await control.whenIdle()
    await control.drain()
  })
  log.info({ reason: ending.reason }, 'stopping')
  const cancel = systemClock.after(stopMsMax, () => {
    log.error('the stop took too long')
    process.exit(end === 'replaced' ? errorKinds.PROGRAM_REPLACED.exit : 0)
  })
  void manager.stopping()
  await control.close()
  await world.close()
  cancel()
  if (end === 'stopped') await removeMark(config.home)
  log.info('stopped')
  return end
}

/** Its presence says that the next daemon is on its way: who asks waits for it. */
function markPath(home: string): string {
  return join(home, 'conf', restartingName)
}

async function putMark(home: string): Promise<void> {
  await writeFile(markPath(home), '', { mode: 0o600 })
}

async function removeMark(home: string): Promise<void> {
  await rm(markPath(home), { force: true })
}

/** What ends the daemon. A stop, also in the middle of a restart, is a stop. */
class Ending {
  reason = ''
  #stop: (end: DaemonEnd) => void = () => undefined
  #replace: () => void = () => undefined
  readonly #stopped = new Promise<DaemonEnd>((resolve) => {
    this.#stop = resolve
  })
  readonly #replaced = new Promise<void>((resolve) => {
    this.#replace = resolve
  })

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => this.stop(signal, 'stopped'))
  }

  /** At once: what is under way is interrupted. */
  stop(reason: string, end: DaemonEnd): void {
    this.reason = reason
    this.#stop(end)
  }

  /** When nothing is under way. */
  replace(): void {
    this.reason ||= 'the program was replaced'
    this.#replace()
  }

  /** Resolves at the end; before the program is replaced `letGo` is waited for. */
  async wait(letGo: () => Promise<void>): Promise<DaemonEnd> {
    const replaced = this.#replaced.then(letGo).then((): DaemonEnd => 'replaced')
    return Promise.race([this.#stopped, replaced])
  }
}

function liveConfig(options: DaemonOptions, config: Config, log: Logger): LiveConfig {
  const watching = { clock: systemClock, log }
  return new LiveConfig(
    {
      load: () => loadConfig({ configPath: options.configPath }),
      watchKeys: ({ hmacKeysPath }) => watchHmacKeys(hmacKeysPath, watching),
      watchNets: ({ netsPath }) => watchNets(netsPath, config.port, watching),
      log,
    },
    config,
  )
}

async function takeHome(home: string): Promise<() => Promise<void>> {
  const path = join(home, 'conf/.pid')
  try {
    return await takePidFile(path)
  } catch (error) {
    throw diskFailure('write', path, error)
  }
}

async function makeHome(home: string): Promise<void> {
  if (Buffer.byteLength(join(home, socketName)) > socketPathBytesMax) {
    throw new IsconfError(
      'CONFIG',
      `IS_HOME ${home} is too long: ${socketName} below it may have ${socketPathBytesMax} bytes`,
    )
  }
  try {
    await mkdir(join(home, 'conf'), { recursive: true, mode: 0o700 })
    await mkdir(join(home, 'log'), { recursive: true, mode: 0o700 })
  } catch (error) {
    const failure = diskFailure('make', home, error)
    if (failure.code === 'DISK_FULL') throw failure
    throw new IsconfError('HOME_UNWRITABLE', `IS_HOME ${home} can't be used: ${errnoText(error)}`, { cause: error })
  }
}

/** A broken invariant ends the daemon: rather none than one that replays a lie. */
function exitOnBugs(log: Logger): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught exception')
    process.exit(224)
  })
  process.on('unhandledRejection', (err) => {
    log.error({ err }, 'unhandled rejection')
    if (err instanceof InvariantError) process.exit(224)
  })
}
