/** The daemon as a process: one a home, with its log, its signals, and a clean end. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import { systemClock } from '../base/clock.io.ts'
import { diskFailure } from '../base/disk.io.ts'
import { errnoText, InvariantError, IsconfError, toIsconfError } from '../base/index.ts'
import { type Config, loadConfig } from '../config/index.ts'
import { socketName } from '../control/index.ts'
import { serveControl } from './control-server.io.ts'
import { takePidFile } from './pid-file.io.ts'
import { openRealWorld } from './real-world.io.ts'

export interface DaemonOptions {
  /** The file that -c names. */
  readonly configPath: string | undefined
  readonly release: string
  /** Hears that the daemon answers. */
  readonly onReady: () => void
}

/** What the kernel takes as the path of a socket; a longer one is cut short without a word. */
const socketPathBytesMax = 107
/** How long a clean stop may take before the process ends anyway. */
const stopMsMax = 15_000

/** Runs the daemon until it is told to stop. Throws what kept it from starting. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const config = loadConfig({ configPath: options.configPath })
  await makeHome(config.home)
  const releasePid = await takeHome(config.home)
  let log: Logger | undefined
  try {
    log = openLog(config.home)
    await serve(options, config, log)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    log?.fatal({ code: error.code, err: error.code === 'UNEXPECTED' ? thrown : undefined }, error.message)
    throw thrown
  } finally {
    await releasePid()
  }
}

async function serve(options: DaemonOptions, config: Config, log: Logger): Promise<void> {
  // What a command makes must not depend on who started the daemon.
  process.umask(0o022)
  exitOnBugs(log)
  let stop: (reason: string) => void = () => undefined
  const stopped = new Promise<string>((resolve) => {
    stop = resolve
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal))

  const world = await openRealWorld(config, options.release, log)
  const control = await serveControl({
    socketPath: join(config.home, socketName),
    daemon: world.daemon,
    facts: world.facts,
    log,
    onStop: () => stop('isconf stop'),
  })
  log.info({ pid: process.pid, addresses: world.facts.mesh().addresses }, 'the daemon answers')
  options.onReady()

  log.info({ reason: await stopped }, 'stopping')
  const cancel = systemClock.after(stopMsMax, () => {
    log.error('the stop took too long')
    process.exit(0)
  })
  await control.close()
  await world.close()
  cancel()
  log.info('stopped')
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

function openLog(home: string): Logger {
  const destination = pino.destination({ dest: join(home, 'log/isconf.log'), sync: true, mode: 0o600 })
  process.on('SIGHUP', () => destination.reopen())
  // What a full disk keeps out of the log is lost; it must not end the daemon as well.
  destination.on('error', () => undefined)
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, level: 'info' }, destination)
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
