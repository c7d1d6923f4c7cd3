/** The daemon as a process: one a home, with its log, its signals, and a clean end. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import { refuseChangeableTree } from '../base/changeable.io.ts'
import { systemClock } from '../base/clock.io.ts'
import { InvariantError, toIsconfError, unlookedAt } from '../base/index.ts'
import { type Config, closedMark, loadConfig, namesOf, watchHmacKeys, watchNets } from '../config/index.ts'
import { socketName } from '../control/index.ts'
import { commandUmask, giveMemoryBackAtRest, limitRemarks } from '../machine/index.ts'
import { type OpenedDaemon, openDaemon } from './composition.io.ts'
import { type DaemonEnd, Ending } from './ending.io.ts'
import { makeHome, putMark, removeMark, takeHome } from './home.io.ts'
import { homeLook } from './home-look.io.ts'
import { type ControlServer, serveControl } from './http/control-server.io.ts'
import { type PageServer, servePage } from './http/page-server.io.ts'
import { LiveConfig } from './live-config.ts'
import { type DaemonLog, openLog } from './logging/log.io.ts'
import { ProgramOnDisk } from './program.io.ts'
import type { ProcessFacts } from './requests/shared/parts.ts'
import { sameMachine } from './same-machine.io.ts'
import { serviceManager } from './service-manager.io.ts'
import { type Supervisor, supervisorHere, waitForTurn } from './supervisor.io.ts'
import { openWhenReady } from './waiting.io.ts'

export interface DaemonOptions {
  /** The file that -c names. */
  readonly configPath: string | undefined
  readonly release: string
  /** The program's file, as Node was started with it. */
  readonly programPath: string
  /** Hears that the daemon answers. */
  readonly onReady: () => void
}

/** Runs the daemon until its end. Throws what kept it from starting. */
export async function runDaemon(options: DaemonOptions): Promise<DaemonEnd> {
  const config = loadConfig({ configPath: options.configPath })
  await makeHome(config.home)
  refuseChangeableTree('home', config.home, unlookedAt)
  const supervisor = supervisorHere()
  // What it has loaded may be old when its turn has come.
  if (supervisor && (await waitForTurn(config))) return 'replaced'
  const releasePid = await takeHome(config.home)
  let opened: DaemonLog | undefined
  try {
    opened = openLog(config)
    return await serve(options, config, supervisor, opened)
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

async function serve(
  options: DaemonOptions,
  config: Config,
  supervisor: Supervisor | undefined,
  { log, reopen }: DaemonLog,
): Promise<DaemonEnd> {
  // What a command makes must not depend on who started the daemon.
  process.umask(commandUmask)
  exitOnBugs(log)
  for (const text of limitRemarks()) log.warn({}, text)
  let control: ControlServer | undefined
  let live: LiveConfig | undefined
  const program = new ProgramOnDisk(options.programPath, systemClock, log)
  const manager = serviceManager(systemClock, log)
  const { home } = config
  const ending = new Ending({ home, supervisor, manager, log, busyWith: () => control?.busyWith() })
  const { onStop, onRestart } = ending
  // What people send to daemons whose log they have moved away.
  process.on('SIGUSR1', reopen)
  process.on('SIGHUP', () => {
    reopen()
    void manager.reloading().then(() => {
      live?.reread()
      return manager.ready()
    })
  })
  const onReady = async (): Promise<void> => {
    await removeMark(config.home)
    options.onReady()
    await manager.ready()
  }

  /** To another program in the place of this one, if there is one that runs. */
  const giveWay = async (): Promise<void> => {
    if (!(await program.isReplaced())) return
    // Before a caller goes on: its next command is to wait for the next daemon.
    await putMark(home)
    ending.whenIdle('the program was replaced', 'replaced')
  }
  const open = (now: Config): Promise<OpenedDaemon> => {
    live = liveConfig(options, now, log)
    const { release } = options
    return openDaemon({ live, release, log, isService: manager.isThere, onOtherRelease: () => void giveWay() })
  }
  const ended = ending.wait()
  const world = await openWhenReady(config, open, {
    ...{ ...options, log, onStop, onRestart, onReady, ended },
    onGoesOn: () => putMark(config.home),
  })
  if (!world) {
    log.info({ reason: ending.reason }, 'stopped')
    return ended
  }
  const noteMachineId = sameMachine(config.home, log)
  let page: PageServer | undefined
  const socketPath = join(config.home, socketName)
  control = await serveControl({
    socketPath,
    daemon: world.daemon,
    facts: withPage(world.facts, () => page),
    ...{ log, onStop, onRestart },
    afterVerb: async () => {
      await noteMachineId()
      await giveWay()
    },
  })
  page = await servePage(config, world.servePage, socketPath, log)
  log.info({ pid: process.pid, addresses: world.facts.mesh().addresses }, 'the daemon answers')
  await onReady()
  const leaveMemory = giveMemoryBackAtRest(systemClock)
  return ending.end(page.before(control), world).finally(leaveMemory)
}

/** What the process knows, and the page that comes after the socket from which it reads. */
function withPage(facts: ProcessFacts, page: () => PageServer | undefined): ProcessFacts {
  return {
    ...facts,
    web: () => page()?.link(),
    warnings: () => [...facts.warnings(), ...[page()?.warning()].filter((text) => text !== undefined)],
  }
}

function liveConfig(options: DaemonOptions, config: Config, log: Logger): LiveConfig {
  const watching = { clock: systemClock, log }
  return new LiveConfig(
    {
      load: () => loadConfig({ configPath: options.configPath }),
      names: () => namesOf({}, process.env),
      watchKeys: ({ home, hmacKeysPath, hmacKeysNamed }) =>
        watchHmacKeys(hmacKeysPath, hmacKeysNamed, watching, hmacKeysNamed ? undefined : closedMark(home)),
      watchNets: ({ netsPath }) => watchNets(netsPath, config.port, watching),
      aboutHome: homeLook(config.home, systemClock),
      ...watching,
    },
    config,
  )
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
