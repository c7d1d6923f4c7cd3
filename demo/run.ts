/** `npm run demo`: three hosts on this machine, and a change that goes through them. */
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { requirePrograms } from './package.ts'
import { Shell } from './shell.ts'
import { isSite, makeDirectory, makeSite, quoted, removeDirectory } from './site.ts'
import { Stage } from './stage.ts'
import { tellStory } from './story.ts'
import { endProcesses } from './sweep.ts'

const usage = `usage: npm run demo [-- --keep | --stop DIR | --help]

Three hosts on this machine, each with its own daemon, home and root directory
below a fresh temporary directory. A package is installed on one of them, comes
to the second, and to the third, which was off. Then the three are compared.
It takes a few seconds, needs no root, and leaves nothing behind.

  --keep      leave the hosts running at the end, and say how to talk to them
  --stop DIR  end the hosts that were left running below DIR, and remove DIR
  --help      show this help
`

/** Ctrl-C or a kill: everything is cleaned up, then the process ends with this status. */
class Stopped extends Error {
  readonly status: number

  constructor(why: string, status: number) {
    super(why)
    this.status = status
  }
}

/** `| head` has seen enough: nothing is left to say. */
class ReaderGone extends Error {}

const stopping = new AbortController()
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const words = readWords(argv)
  if (typeof words === 'string') {
    process.stderr.write(`demo: ${words}\n\n${usage}`)
    return 22
  }
  if (words.help) {
    process.stdout.write(usage)
    return 0
  }
  listenForTheEnd()
  try {
    if (words.stop === undefined) await demonstrate(words.keep)
    else await stop(words.stop)
    return 0
  } catch (error) {
    const reason = stopping.signal.aborted ? stopping.signal.reason : error
    if (!(reason instanceof ReaderGone))
      process.stderr.write(`\ndemo: ${reason instanceof Error ? reason.message : reason}\n`)
    return reason instanceof Stopped ? reason.status : 1
  }
}

function readWords(argv: readonly string[]): { help: boolean; keep: boolean; stop: string | undefined } | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' }, keep: { type: 'boolean' }, stop: { type: 'string' } },
    })
    const { help = false, keep = false, stop: directory } = values
    return keep && directory !== undefined ? '--keep and --stop do not go together' : { help, keep, stop: directory }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function demonstrate(keep: boolean): Promise<void> {
  const startedMs = performance.now()
  requirePrograms()
  const { env, stdout } = process
  const colour = stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  const stage = new Stage({ write: (text) => stdout.write(text), colour, columns: stdout.columns })
  const directory = makeDirectory()
  // Where it fails, a person who asked for it gets to look; who ends it wants it ended.
  let isKept = keep
  try {
    const site = await makeSite(directory)
    await tellStory({ site, stage, shell: new Shell(site, stage, stopping.signal) })
    if (keep) stage.lines(['The hosts are left running:', ...waysToTalk(directory)])
  } catch (error) {
    isKept &&= !stopping.signal.aborted
    if (isKept) stage.lines(['It failed. The hosts are left as they are:', ...waysToTalk(directory)])
    throw error
  } finally {
    if (!isKept) await cleanUp(directory)
  }
  const took = `It took ${((performance.now() - startedMs) / 1000).toFixed(1)} seconds`
  if (keep) stage.say(`${took}.`)
  else
    stage.lines([`${took}, and nothing is left behind. To keep the hosts and try more:`, '    npm run demo -- --keep'])
}

function waysToTalk(directory: string): readonly string[] {
  return [
    `    cd ${quoted(directory)}`,
    '    ./alder isconf status    any command on alder; isconf --help shows the verbs',
    '    ./birch                  a shell on birch, to lock, snap, exec and ci a change of your own',
    '    ./cedar isconf up        brings it to cedar',
    '    ./stop                   ends the three hosts and removes the directory',
  ]
}

async function stop(path: string): Promise<void> {
  // npm changes to the repository, and remembers where the person is.
  const directory = resolve(process.env['INIT_CWD'] ?? '.', path)
  if (!isSite(directory)) throw new Error(`not a directory of the demo: ${directory}`)
  await cleanUp(realpathSync(directory))
  process.stdout.write(`The hosts are stopped, and ${directory} is removed.\n`)
}

async function cleanUp(directory: string): Promise<void> {
  try {
    await endProcesses(directory)
  } finally {
    removeDirectory(directory)
  }
}

/** From then on nothing ends this process but itself, when all is cleaned up. */
function listenForTheEnd(): void {
  const end = (why: string, status: number): void => stopping.abort(new Stopped(why, status))
  process.on('SIGINT', () => end('interrupted; everything is cleaned up', 130))
  process.on('SIGTERM', () => end('told to end; everything is cleaned up', 143))
  process.on('SIGHUP', () => end('the terminal is gone', 129))
  process.stdout.on('error', () => stopping.abort(new ReaderGone()))
  process.stderr.on('error', () => undefined)
}
