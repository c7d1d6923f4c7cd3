/** The directory of a demo: three hosts, each with its home, its root, its address, and a script to be on it. */
import { randomBytes, randomInt } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const hostNames = ['alder', 'birch', 'cedar'] as const
export type HostName = (typeof hostNames)[number]

export interface Site {
  readonly directory: string
  readonly hosts: Readonly<Record<HostName, Host>>
}

export interface Host {
  readonly name: HostName
  readonly home: string
  /** The directory that stands for its /. */
  readonly root: string
  readonly address: string
  /** Changes when somebody else was quicker. */
  port: number
}

const repository = fileURLToPath(new URL('..', import.meta.url))
const program = join(repository, 'dist/main.js')
const firstLine = '# The three hosts of the ISconf demo. bin/isconf reads this file; IS_HOSTNAME says on which host.'
/** The kernel takes 107 bytes for the path of a socket; below the directory we need 27 and mkdtemp adds 19. */
const parentBytesMax = 60

/** Makes an empty directory for a demo, which only its owner can enter. */
export function makeDirectory(): string {
  const parent = realpathSync(tmpdir())
  const short = Buffer.byteLength(parent) <= parentBytesMax ? parent : '/tmp'
  return mkdtempSync(join(short, 'isconf-demo-'))
}

/** Fills the directory: what is needed to start the hosts, and to be on one. */
export async function makeSite(directory: string): Promise<Site> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`)
  const network = `127.${randomInt(1, 255)}.${randomInt(0, 255)}`
  const host = async (name: HostName, index: number): Promise<Host> => {
    const own = join(directory, 'hosts', name)
    const address = `${network}.${index + 1}`
    return { name, home: join(own, 'is'), root: join(own, 'root'), address, port: await freePort(address) }
  }
  const hosts = { alder: await host('alder', 0), birch: await host('birch', 1), cedar: await host('cedar', 2) }
  const site = { directory, hosts }
  // The hosts prove to each other that they know this key: other users of the machine are strangers.
  writeFileSync(join(directory, 'hmac_keys'), `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  for (const { name, root } of Object.values(hosts)) {
    mkdirSync(join(root, 'root'), { recursive: true })
    for (const made of [root, join(root, 'root')]) chmodSync(made, 0o755)
    writeScript(join(directory, name), hostScript(directory, name, root))
  }
  mkdirSync(join(directory, 'bin'))
  const command = `exec ${quoted(process.execPath)} ${quoted(program)} -c ${quoted(configPath(directory))} "$@"\n`
  writeScript(join(directory, 'bin/isconf'), command)
  writeScript(join(directory, 'stop'), stopScript(directory))
  writeConfig(site)
  return site
}

/** Gives a host another port, in its own configuration and in what the others know of it. */
export async function changePort(site: Site, host: Host): Promise<void> {
  host.port = await freePort(host.address)
  writeConfig(site)
}

/** The configuration that every process of the demo names on its command line. */
export function configPath(directory: string): string {
  return join(directory, 'main.cf')
}

/** Whether a demo made the directory: nothing else may be removed. */
export function isSite(directory: string): boolean {
  const path = configPath(directory)
  return existsSync(path) && readFileSync(path, 'utf8').startsWith(`${firstLine}\n`)
}

/** Removes all of it. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
}

function writeConfig({ directory, hosts }: Site): void {
  const stanza = ({ name, home, root, address, port }: Host): readonly string[] => [
    `${name}:`,
    `    IS_HOME = "${home}"`,
    `    IS_VOLROOT = "${root}"`,
    `    IS_LISTEN = ${address}`,
    `    IS_PORT = ${port}`,
  ]
  const all = [
    'DEFAULT:',
    '    IS_DOMAIN = demo.example',
    `    IS_NETS = "${join(directory, 'nets')}"`,
    `    IS_HMAC_KEYS = "${join(directory, 'hmac_keys')}"`,
    '    IS_NOBROADCAST = yes',
    '    IS_HTTP_PORT = 0',
    '    # This machine may have a process for the network, for a daemon of its own.',
    '    IS_NETWORK = no',
    '    # A nearly full disk is no reason not to look at this.',
    '    IS_RESERVE = 0',
    '    IS_LOG = file',
    '    # Not a setting: a variable for the commands that the hosts run.',
    '    MAKEFLAGS = --no-print-directory',
  ]
  const rows = Object.values(hosts)
  writeFileSync(configPath(directory), `${[firstLine, ...all, ...rows.flatMap(stanza)].join('\n')}\n`)
  writeFileSync(join(directory, 'nets'), rows.map(({ address, port }) => `tcp ${address}:${port}\n`).join(''))
}

function hostScript(directory: string, name: HostName, root: string): string {
  return [
    `# A command on ${name}: ./${name} isconf status. Without a command, a shell there.`,
    `export IS_HOSTNAME=${name} PATH=${quoted(join(directory, 'bin'))}:"$PATH"`,
    `cd ${quoted(join(root, 'root'))} || exit`,
    '[ "$#" -eq 0 ] || exec "$@"',
    `export PS1='${name}$ '`,
    'if command -v bash >/dev/null; then exec bash --norc; else exec sh -i; fi',
    '',
  ].join('\n')
}

function stopScript(directory: string): string {
  const words = [join(repository, 'demo/run.ts'), '--stop', directory]
  return [
    '# Ends the three hosts and removes this directory.',
    `cd ${quoted(repository)} && exec ${quoted(process.execPath)} ${words.map(quoted).join(' ')}`,
    '',
  ].join('\n')
}

function writeScript(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}`)
  chmodSync(path, 0o755)
}

/** A word for the shell. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A port that is free now on this address; by the time it is used it may be taken. */
function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const bound = server.address()
      const port = bound !== null && typeof bound === 'object' ? bound.port : 0
      server.close(() => resolve(port))
    })
  })
}
