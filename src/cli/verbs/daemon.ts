import { IsconfError, inOneLine, toIsconfError } from '../../base/index.ts'
import { execVariable } from '../../config/index.ts'
import type { RestartAnswer, Status, StopAnswer, WaitingStatus } from '../../control/index.ts'
import { patiently } from '../patience.ts'
import { type VerbContext, verb } from '../verb.ts'

/** How long `stop` waits for the daemon to end what it was doing. */
const stopMsMax = 20_000
const lookEveryMs = 20

/** How often `start` tries while a daemon that was killed has yet to end: some seconds, longer on a busy machine. */
const startTriesMax = 20
const startEveryMs = 250

export const startVerb = verb({
  name: 'start',
  summary: 'Start the daemon',
  help: 'Returns when the daemon answers, or says why it did not start. Does nothing if it is already running.',
  exits: [0],
  run: start,
})

export const stopVerb = verb({
  name: 'stop',
  summary: 'Stop the daemon',
  help:
    'Returns when the daemon has ended. A command that the daemon is running is stopped first, and not recorded ' +
    'as done. When a command that ISconf runs calls it, it returns at once, and the daemon ends after the verb ' +
    'that runs the command.',
  exits: [0],
  run: stop,
})

export const restartVerb = verb({
  name: 'restart',
  summary: 'Stop the daemon and start it again',
  help:
    'Does stop and then start; a daemon that systemd started is restarted by systemd. Interrupts nothing: while a ' +
    'verb is changing this host it returns at once, and the daemon restarts afterwards.',
  exits: [0],
  run: async (context) => {
    if (await isRestartedByManager(context)) return 0
    await stop(context)
    return start(context)
  },
})

export const daemonVerb = verb({
  name: 'daemon',
  summary: 'Run the daemon in the foreground',
  help:
    'Does in the foreground what start does in the background, for service managers. Ends cleanly on SIGTERM; ' +
    'reads its configuration again and reopens its log on SIGHUP; only reopens its log on SIGUSR1. Exits with 75, ' +
    'to be started again, after an operation has replaced the program.',
  exits: [0, 75],
  run: async ({ runDaemon, flags }) => {
    await runDaemon(flags.config)
    return 0
  },
})

async function start(context: VerbContext): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const running = await pidUnlessEnding(context)
    if (running !== undefined) {
      context.say(`the daemon is already running: process ${running}`)
      return 0
    }
    const { flags, config } = context
    const spawned = await patiently('start', context, () => context.spawnDaemon(flags, config.home))
    if (spawned.ready) {
      context.say(`the daemon answers: process ${spawned.pid}`)
      await sayWhatIsOdd(context)
      return 0
    }
    // The one that has the home did not answer: it is about to end, or to begin.
    if (spawned.code !== 'ALREADY_RUNNING' || tries === startTriesMax) {
      // It has told what there is to tell, in the form of any failure.
      context.terminal.err(spawned.error)
      return spawned.exit
    }
    await context.sleep(startEveryMs)
  }
}

/** Also undefined when the daemon ends while it is asked: one that was killed accepts for a moment, and breaks off. */
async function pidUnlessEnding(context: VerbContext): Promise<number | undefined> {
  try {
    return await pidOf(context)
  } catch (error) {
    const { code, cause } = toIsconfError(error)
    // Without a cause nothing broke off: a daemon that is there and silent is none that ends.
    if (code === 'DAEMON_LOST' && cause !== undefined) return undefined
    throw error
  }
}

/** What keeps the host from taking part, or is odd about how it is set up. */
async function sayWhatIsOdd({ client, terminal }: VerbContext): Promise<void> {
  const status = (await client.get('/v1/status').catch(() => undefined)) as Status | WaitingStatus | undefined
  // It has said that it answers: what becomes of it later is not for this command to tell.
  if (!status) return
  if ('waiting' in status) {
    terminal.err(
      `isconf: waiting: ${inOneLine(status.waiting.message)}\nisconf: hint: ${inOneLine(status.waiting.hint)}\n`,
    )
    return
  }
  for (const warning of status.warnings) terminal.err(`isconf: warning: ${inOneLine(warning)}\n`)
}

/** Whether the service manager is left to restart the daemon: nobody would watch one that we start. */
async function isRestartedByManager(context: VerbContext): Promise<boolean> {
  const { client } = context
  try {
    const { pid, restarts, after } = (await client.post('/v1/restart', {}, () => undefined)) as RestartAnswer
    if (!restarts) return false
    if (isLater(context, after, 'restarts')) return true
    await untilEnded(context, pid)
    context.say(`the daemon answers: process ${((await client.get('/v1/status')) as Status).pid}`)
    return true
  } catch (error) {
    // It does not run, or is of a release that does not know the question.
    if (['DAEMON_DOWN', 'BAD_REQUEST'].includes(toIsconfError(error).code)) return false
    throw error
  }
}

async function stop(context: VerbContext): Promise<number> {
  const pid = await pidOf(context)
  if (pid === undefined) {
    context.say('the daemon is not running')
    return 0
  }
  const body = isWithinCommand(context, pid) ? { whenIdle: true } : {}
  const { after } = (await context.client.post('/v1/stop', body, () => undefined)) as StopAnswer
  if (isLater(context, after, 'stops')) return 0
  await untilEnded(context, pid)
  context.say('the daemon has stopped')
  return 0
}

/**
 * Whether this process is part of a command that the daemon runs: waiting for the daemon to end would take for ever.
 */
function isWithinCommand({ variable, isBelow }: VerbContext, daemonPid: number): boolean {
  return variable(execVariable) === '1' || isBelow(daemonPid)
}

function isLater({ say }: VerbContext, after: string | null | undefined, what: string): boolean {
  // Undefined of an older daemon, which has ended at once.
  if (after === null || after === undefined) return false
  say(`the daemon ${what} when \`isconf ${after.replace('-', ' ')}\` has ended`)
  return true
}

function untilEnded(context: VerbContext, pid: number): Promise<void> {
  return patiently('stop', context, () => hasEnded(context, pid))
}

async function hasEnded(context: VerbContext, pid: number): Promise<void> {
  for (let waitedMs = 0; context.isAlive(pid); waitedMs += lookEveryMs) {
    if (waitedMs > stopMsMax)
      throw new IsconfError('DAEMON_LOST', `process ${pid} was told to stop, and is still running`)
    await context.sleep(lookEveryMs)
  }
}

/** The daemon's process; undefined when it does not run. */
async function pidOf({ client }: VerbContext): Promise<number | undefined> {
  try {
    return ((await client.get('/v1/status')) as Status).pid
  } catch (error) {
    if (toIsconfError(error).code === 'DAEMON_DOWN') return undefined
    throw error
  }
}
