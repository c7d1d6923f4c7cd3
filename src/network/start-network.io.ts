/**
 * Starts the network process: as a user of its own, or by systemd, which does it for each connection to a socket.
 *
 * setpriv(1) and prlimit(1), which every Linux has, take away all that is not needed: root's user, every capability, the
 * way to get one by a setuid program, and the writing of files.
 */
import { execFile, spawn } from 'node:child_process'
import { createConnection, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { fixedPath, IsconfError, oneMallocArena, userHere } from '../base/index.ts'
import { beginHandover } from './handover.io.ts'
import type { NetworkProcess } from './session-options.ts'

/** The user that the process is to be, or the socket at which systemd starts it. */
type NetworkPlace = { readonly user: string } | { readonly path: string }

interface StartOptions {
  /** It is to listen at a port that is not for every user: that is the one thing of root's that it can still do. */
  readonly mayTakeLowPorts: boolean
}

/** Less memory than Node takes by itself: what this process does is mostly done by OpenSSL and nghttp2. */
const nodeOptions = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1']
/** Of what it says when it dies. */
const lastWordsMax = 2_000

/** NETWORK_PROCESS when there can be none, CONFIG when the user is none that can be taken. */
export function startNetwork(place: NetworkPlace, options: StartOptions): Promise<NetworkProcess> {
  // What systemd starts has what its unit says.
  return 'path' in place ? connected(place.path) : spawned(place.user, options)
}

/** A command that runs another one with nothing but what the network process needs. */
export async function confinedAs(
  user: string,
  { mayTakeLowPorts }: StartOptions = { mayTakeLowPorts: false },
): Promise<readonly string[]> {
  const limits = ['prlimit', '--fsize=0', '--core=0', '--']
  const priv = ['setpriv', '--no-new-privs', '--pdeathsig', 'KILL']
  if (process.getuid?.() !== 0) return [...limits, ...priv, '--']
  const [uid, gid] = await Promise.all([numberOf('-u', user), numberOf('-g', user)])
  if (uid === '0') throw new IsconfError('CONFIG', `IS_NETWORK: ${user} is root, who can't be confined`)
  const drop = ['--reuid', uid, '--regid', gid, '--clear-groups']
  return [...limits, ...priv, ...drop, ...capabilities(mayTakeLowPorts), '--']
}

function capabilities(mayTakeLowPorts: boolean): readonly string[] {
  if (!mayTakeLowPorts) return ['--bounding-set', '-all', '--inh-caps', '-all']
  const [all, own] = ['-all,+net_bind_service', '+net_bind_service']
  return ['--bounding-set', all, '--inh-caps', all, '--ambient-caps', own]
}

async function spawned(user: string, options: StartOptions): Promise<NetworkProcess> {
  if (process.getuid?.() !== 0 && user !== userHere().name) {
    throw new IsconfError('CONFIG', `IS_NETWORK: only root's daemon can have a process of ${user}`)
  }
  const [program = '', ...words] = await confinedAs(user, options)
  const inside = fileURLToPath(new URL('./network-process.js', import.meta.url))
  const child = spawn(program, [...words, process.execPath, ...nodeOptions, inside], {
    cwd: '/',
    env: { PATH: fixedPath, ...oneMallocArena },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [, , stderr, socket] = child.stdio
  const lastWords = wordsOf(stderr as Readable)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (status, signal) => resolve([signal ?? `status ${status}`, ...lastWords()].join(', ')))
  })
  return { ...givenFiles(socket as Socket, ended), ended, kill: () => void child.kill('SIGKILL') }
}

/** The end of the connection is that of the process, for both sides. */
function connected(path: string): Promise<NetworkProcess> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    const ended = new Promise<string>((tell) => socket.once('close', () => tell('the connection is closed')))
    socket.once('error', (error) => reject(new IsconfError('NETWORK_PROCESS', `IS_NETWORK: ${error.message}`)))
    socket.once('connect', () => resolve({ ...givenFiles(socket, ended), ended, kill: () => void socket.destroy() }))
  })
}

/** Before anything else is said. */
function givenFiles(socket: Socket, ended: Promise<string>): Pick<NetworkProcess, 'socket' | 'handOver' | 'lend'> {
  const handover = beginHandover(socket)
  void ended.then(() => handover?.close())
  return { socket, handOver: handover?.handOver, lend: handover?.lend }
}

function wordsOf(stderr: Readable): () => readonly string[] {
  let text = ''
  stderr.setEncoding('utf8').on('data', (part: string) => {
    text = `${text}${part}`.slice(-lastWordsMax)
  })
  return () =>
    text
      .split('\n')
      .filter((line) => /\w*Error\b|setpriv|prlimit/.test(line))
      .slice(0, 1)
}

function numberOf(kind: '-u' | '-g', user: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('id', [kind, '--', user], { env: { PATH: fixedPath } }, (error, stdout) => {
      if (error === null) resolve(stdout.trim())
      else reject(new IsconfError('CONFIG', `IS_NETWORK: there is no user ${user}`, { cause: error }))
    })
  })
}
