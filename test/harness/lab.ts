/**
 * Hosts on loopback addresses: whole daemons of the built program, each with
 * its own home, its own directory that stands for /, and a clean environment.
 * Needs no root. Everything is ended and removed with the test that made it.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Status } from '../../src/control/index.ts'
import { assertDone, begin, type Run, type Running, until } from './run.ts'
import { statusOf } from './status.ts'

export { assertDone, assertNoTrace, assertRefused, begin, describe, type Run, type Running, until } from './run.ts'

/** The domain of every lab's hosts. */
export const labDomain = 'lab.example.com'

/** A key that a daemon takes, from a word. */
export const keyOf = (word: string): string => word.padEnd(20, '-')

/** The program under test. */
export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** What a lab needs of node:test's context. */
export interface Ending {
  after(end: () => Promise<void> | void): void
}

export interface RunOptions {
  /** Below the host's root; its /tmp when absent. */
  readonly cwd?: string
  /** Added to the host's own variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Who types it: LOGNAME. */
  readonly user?: string
  readonly input?: string | Uint8Array
  /** How long it may take, when that is more than most. */
  readonly limitMs?: number
}

/** Where a test's hosts live. */
export class Lab {
  readonly directory: string
  readonly hosts: readonly LabHost[]

  private constructor(directory: string, hosts: readonly LabHost[]) {
    this.directory = directory
    this.hosts = hosts
  }

  /** Makes hosts with these names, none started; every one knows the addresses of all. */
  static async of(ending: Ending, ...names: readonly string[]): Promise<Lab> {
    assert.ok(existsSync(program), `${program} is not there: npm run build`)
    const directory = mkdtempSync(join(tmpdir(), 'isconf-lab-'))
    // Addresses of their own, so that labs that run at the same time cannot take each other's ports.
    const network = `127.${randomByte()}.${randomByte()}`
    const hosts: LabHost[] = []
    for (const [index, name] of names.entries()) {
      const address = `${network}.${index + 1}`
      hosts.push(new LabHost(join(directory, name), name, address, await freePort(address)))
    }
    sweepAfterThisProcess(directory)
    const lab = new Lab(directory, hosts)
    ending.after(() => lab.remove())
    for (const host of hosts) host.make(hosts)
    return lab
  }

  /** Starts these hosts, or all, and waits until they see each other. */
  async start(...hosts: readonly LabHost[]): Promise<void> {
    const some = hosts.length > 0 ? hosts : this.hosts
    await Promise.all(some.map((host) => host.start()))
    await this.untilMet(...some)
  }

  /** Waits until each of these hosts, or of all, is connected to all the others of them. */
  async untilMet(...hosts: readonly LabHost[]): Promise<void> {
    const some = hosts.length > 0 ? hosts : this.hosts
    for (const host of some) {
      const others = some.filter((other) => other !== host).map(({ name }) => name)
      const met = async (): Promise<boolean> => {
        const names = (await host.status()).mesh.peers.map((peer) => peer.host)
        return others.every((name) => names.includes(name))
      }
      await until(met, `${host.name} is connected to ${others.join(', ')}`)
    }
  }

  async remove(): Promise<void> {
    for (const host of this.hosts) host.kill9()
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class LabHost {
  readonly name: string
  /** IS_HOME */
  readonly home: string
  /** IS_VOLROOT: what stands for / */
  readonly root: string
  readonly address: string
  readonly port: number
  readonly netsPath: string
  readonly mainCfPath: string
  /** IS_HOOKS */
  readonly hooksPath: string
  /** Overrides of the host's variables; an empty value stands for the default. */
  readonly env: Record<string, string> = {}
  /** Makes a command one that runs where the host's files are, when that is not here. */
  inside: (argv: readonly string[], cwd: string) => readonly string[] = (argv) => argv
  /** IS_HOME, as this process reaches it. */
  outsideHome: string

  constructor(directory: string, name: string, address: string, port: number) {
    this.name = name
    this.home = join(directory, 'is')
    this.outsideHome = this.home
    this.root = join(directory, 'root')
    this.netsPath = join(directory, 'nets')
    this.mainCfPath = join(directory, 'main.cf')
    this.hooksPath = join(directory, 'hooks')
    this.address = address
    this.port = port
  }

  /** Makes its directories and files; `neighbours` are the hosts it is told of. */
  make(neighbours: readonly LabHost[]): void {
    mkdirSync(join(this.home, 'conf'), { recursive: true })
    mkdirSync(join(this.root, 'tmp'), { recursive: true })
    writeFileSync(join(this.home, 'conf/domain'), `${labDomain}\n`)
    writeFileSync(this.mainCfPath, '')
    this.knows(neighbours)
  }

  /** Tells the host where others are; counts at its next start, or within ten seconds. */
  knows(neighbours: readonly LabHost[]): void {
    writeFileSync(this.netsPath, neighbours.map(({ address, port }) => `tcp ${address}:${port}\n`).join(''))
  }

  /** The variables of a command on this host: nothing of the caller's but where node is. */
  variables(): Record<string, string> {
    return {
      PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LOGNAME: 'luke',
      TZ: process.env['TZ'] ?? 'UTC',
      LC_ALL: process.env['LC_ALL'] ?? 'C.UTF-8',
      IS_HOME: this.home,
      IS_VOLROOT: this.root,
      IS_HOSTNAME: this.name,
      IS_LISTEN: this.address,
      IS_PORT: String(this.port),
      // Hosts of one machine have one loopback address for their package banks.
      IS_HTTP_PORT: '0',
      IS_NETS: this.netsPath,
      IS_NOBROADCAST: '1',
      // This machine may have a process for the network, for a daemon of its own.
      IS_NETWORK: 'no',
      // The disk of the tests may be small, or nearly full.
      IS_RESERVE: '0',
      IS_HOOKS: this.hooksPath,
      IS_LOG: 'file',
      ...this.env,
    }
  }

  /** Types `isconf WORDS...` and waits for its end. */
  run(...words: readonly string[]): Promise<Run> {
    return this.runWith({}, ...words)
  }

  runWith(options: RunOptions, ...words: readonly string[]): Promise<Run> {
    return this.begin(options, ...words).done
  }

  /** Types `isconf WORDS...` and gives it while it goes on. The machine's own main.cf plays no part. */
  begin(options: RunOptions, ...words: readonly string[]): Running {
    const { cwd = 'tmp', env = {}, user, ...rest } = options
    const own = words[0] === '-c' ? [] : ['-c', this.mainCfPath]
    const directory = join(this.root, cwd)
    return begin(this.inside([process.execPath, program, ...own, ...words], directory), {
      cwd: directory,
      env: { ...this.variables(), ...(user === undefined ? {} : { LOGNAME: user }), ...env },
      ...rest,
    })
  }

  /** `isconf WORDS...`, which must succeed. */
  async does(...words: readonly string[]): Promise<Run> {
    return assertDone(await this.run(...words))
  }

  async start(): Promise<void> {
    await this.does('start')
  }

  async stop(): Promise<void> {
    await this.does('stop')
  }

  status(): Promise<Status> {
    return statusOf(this.outsideHome)
  }

  /** The daemon's process, as its pid file names it; undefined when there is none. */
  pid(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(join(this.outsideHome, 'conf/.pid'), 'utf8'), 10)
      // A number that another process has by now is not ours to touch.
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`IS_HOME=${this.home}\0`) ? pid : undefined
    } catch {
      return undefined
    }
  }

  /** Kills the daemon where it stands. */
  kill9(): void {
    this.#signal('SIGKILL')
  }

  /** Stops the daemon's process from running, as a host that hangs. */
  freeze(): void {
    this.#signal('SIGSTOP')
  }

  thaw(): void {
    this.#signal('SIGCONT')
  }

  /** A file below the host's root. */
  path(path: string): string {
    return join(this.root, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(this.path(path))
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), content)
  }

  /** What the daemon has written to its log. */
  log(): string {
    return readFileSync(join(this.outsideHome, 'log/isconf.log'), 'utf8')
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.pid()
    if (pid !== undefined) process.kill(pid, signal)
  }
}

/** Ends and removes what is in a lab when this process is gone without having done it: killed, or stopped by Ctrl-C. */
function sweepAfterThisProcess(directory: string): void {
  const script = `
    cat
    for file in "$1"/*/is/conf/.pid; do
      [ -e "$file" ] && read -r pid rest < "$file" && grep -q "IS_HOME=$1/" "/proc/$pid/environ" && kill -9 "$pid"
    done
    rm -rf "$1"`
  const sweeper = spawn('sh', ['-c', script, 'sh', directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  sweeper.unref()
  // It is this end of the pipe whose closing it waits for; the wait must not keep this process.
  ;(sweeper.stdin as unknown as Socket).unref()
}

/** A port that nobody has on an address. */
function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function randomByte(): number {
  return 1 + Math.floor(Math.random() * 254)
}
