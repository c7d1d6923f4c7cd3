/**
 * Hosts with a network, a host name, processes and a file system view of their
 * own, on a bridge that hangs on nothing else: what happens in the lab stays
 * there, also when a host takes / for its root. Needs root.
 *
 * Each host, and the bridge, lives as long as a process of ours that reads from
 * a pipe: when the test ends, however it ends, the pipe closes, that process
 * ends, and the kernel takes its namespaces away with all that is in them.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BranchRow, Status } from '../../src/control/index.ts'
import { unlessRootHas } from '../support/tools.ts'
import { type Ending, program } from './lab.ts'
import { assertDone, begin, type Run, until } from './run.ts'
import { branchOf, statusOf } from './status.ts'

/** A test in network namespaces: where they can't be had it is skipped, and fails if ISCONF_REQUIRE_NETNS is 1. */
export function netnsTest(name: string, run: (context: TestContext) => Promise<void>): void {
  const missing = whatIsMissing()
  if (missing !== false && process.env['ISCONF_REQUIRE_NETNS'] === '1') {
    test(name, () => assert.fail(`network namespaces are required here: ${missing}`))
  } else {
    test(name, { skip: missing }, run)
  }
}

let missingOnce: string | false | undefined

/** What namespaces need and this machine lacks, in words; false when nothing is. */
export function whatIsMissing(): string | false {
  missingOnce ??= unlessRootHas('ip', 'unshare', 'nsenter', 'mount', 'hostname') || whatTheKernelRefuses()
  return missingOnce
}

function whatTheKernelRefuses(): string | false {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-netns-'))
  // All that the lab will ask of the kernel, once, where it leaves no trace.
  const trial = `
    mount -t tmpfs tmpfs "$1" && mkdir "$1/up" "$1/work" &&
    mount -t overlay overlay -o "lowerdir=/usr,upperdir=$1/up,workdir=$1/work" /usr && touch /usr/isconf-trial &&
    hostname trial && ip link add br0 type bridge && ip link add p0 type veth peer name eth0 &&
    ip link set p0 master br0 && ip link set p0 type bridge_slave isolated on`
  const words = [...namespaces, 'sh', '-c', trial, 'sh', directory]
  const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8' })
  rmSync(directory, { recursive: true })
  return status === 0 ? false : `the kernel refuses namespaces: ${stderr.trim()}`
}

const namespaces = ['--net', '--uts', '--ipc', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']

const longLine = fileURLToPath(new URL('long-line.ts', import.meta.url))

const bridgeScript = `
  ip link set lo up &&
  ip link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0 && ip link set br0 up &&
  echo ready && cat`

// The program and the Node of the tests go to /usr/local, as an installation would put them. /tmp comes late: the lab,
// and the Node, may be below it.
const hostScript = `
  set -e
  exec 3<&0
  lab=$1 name=$2 program=$3 node=$4
  hostname "$name"
  mount -t tmpfs -o size=512m tmpfs "$lab"
  mkdir -p "$lab/usr.up/local/lib/isconf" "$lab/usr.up/local/bin"
  cp -r "$program/." "$lab/usr.up/local/lib/isconf/"
  ln -s ../lib/isconf/main.js "$lab/usr.up/local/bin/isconf"
  : > "$lab/usr.up/local/bin/node"
  for directory in etc var root usr opt home; do
    if [ -d "/$directory" ] && [ ! -L "/$directory" ]; then
      mkdir -p "$lab/$directory.up" "$lab/$directory.work"
      options="lowerdir=/$directory,upperdir=$lab/$directory.up,workdir=$lab/$directory.work"
      overlays="$overlays $directory=$options"
    fi
  done
  for overlay in $overlays; do mount -t overlay overlay -o "\${overlay#*=}" "/\${overlay%%=*}"; done
  mount --bind "$node" /usr/local/bin/node
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  mount -t tmpfs tmpfs /run
  mount -t proc proc /proc
  echo "$name" > /etc/hostname
  printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n' "$name" > /etc/hosts
  rm -rf /etc/is /var/is
  mkdir -p /var/is/conf
  echo lab.example.com > /var/is/conf/domain
  ip link set lo up
  echo ready
  cat <&3 >/dev/null &
  # As process 1 it also takes leave of daemons whose starters are gone.
  wait $!`

/** How a host is made. */
export interface HostKind {
  readonly name: string
  /** Run by sh as process 1 of the host's namespaces: $1 is a directory of its own, $2 its name, then come the words. */
  readonly script: string
  readonly words: readonly string[]
}

export class NetLab {
  readonly hosts: readonly NetHost[]
  readonly #bridge: Holder
  /** All that ends with the lab. */
  readonly #holders: Holder[]

  private constructor(hosts: readonly NetHost[], bridge: Holder, holders: Holder[]) {
    this.hosts = hosts
    this.#bridge = bridge
    this.#holders = holders
  }

  /** Makes hosts with these names, on one network, with this machine's files; nothing is started on them. */
  static of(ending: Ending, ...names: readonly string[]): Promise<NetLab> {
    return NetLab.running(dirname(program), ending, ...names)
  }

  /** The same for another program, in a directory as dist/ is. */
  static running(directory: string, ending: Ending, ...names: readonly string[]): Promise<NetLab> {
    return NetLab.made(
      ending,
      names.map((name) => ({ name, script: hostScript, words: [directory, process.execPath] })),
    )
  }

  /** Makes hosts, on one network, as their scripts say. */
  static async made(ending: Ending, kinds: readonly HostKind[]): Promise<NetLab> {
    const directory = mkdtempSync(join(tmpdir(), 'isconf-netlab-'))
    const holders: Holder[] = []
    ending.after(async () => {
      await Promise.all(holders.map((holder) => holder.end()))
      rmSync(directory, { recursive: true, force: true })
    })
    const bridge = new Holder(['--net'], bridgeScript, [])
    holders.push(bridge)
    const hosts = kinds.map(({ name, script, words }, index) => {
      const own = join(directory, name)
      mkdirSync(own)
      const holder = new Holder(namespaces.slice(), script, [own, name, ...words])
      holders.push(holder)
      return new NetHost(name, `10.99.0.${index + 1}`, `p${index + 1}`, holder)
    })
    await Promise.all(holders.map((holder) => holder.ready()))
    for (const host of hosts) {
      await must(
        bridge.enter(
          'ip',
          'link',
          'add',
          host.port,
          'type',
          'veth',
          'peer',
          'name',
          'eth0',
          'netns',
          String(host.init),
        ),
      )
      await must(bridge.enter('ip', 'link', 'set', host.port, 'master', 'br0', 'up'))
      await host.plugIn()
    }
    return new NetLab(hosts, bridge, holders)
  }

  /** Pulls a host's cable out, or puts it back. */
  async link(host: NetHost, state: 'up' | 'down'): Promise<void> {
    await must(this.#bridge.enter('ip', 'link', 'set', host.port, state))
  }

  /** Lets only frames through to a host that carry so many bytes or fewer; the others are lost, and nobody hears of it. */
  async narrow(host: NetHost, bytesMax: number): Promise<void> {
    await must(this.#bridge.enter('ip', 'link', 'set', host.port, 'mtu', String(bytesMax)))
  }

  /**
   * Puts a long line in place of a host's cable: each frame takes so many milliseconds, and one of every so many is
   * lost. Before anything is started there. Why it can't be done, where the kernel or this machine refuses.
   */
  async stretch(host: NetHost, delayMs: number, lostOfEvery: number): Promise<string | undefined> {
    const [near, far] = [`l${host.port}`, `f${host.port}`]
    const line = new Holder(['--net'], 'exec nsenter --target="$1" --net -- "$2" "$3" "$4" "$5" "$6" "$7"', [
      ...[String(this.#bridge.inner), process.execPath, longLine, near, far, String(delayMs), String(lostOfEvery)],
    ])
    this.#holders.push(line)
    try {
      await line.ready()
    } catch (error) {
      return (error as Error).message
    }
    await must(this.#bridge.enter('ip', 'link', 'del', host.port))
    await must(this.#bridge.enter('ip', 'link', 'set', far, 'netns', String(host.init), 'name', 'eth0'))
    await host.plugIn()
    await must(this.#bridge.enter('ip', 'link', 'set', near, 'master', 'br0', 'up'))
    return undefined
  }

  /** Lets so much through to a host, or from it, in words of tc: `1mbit`. Why it can't be done, where the kernel refuses. */
  async slow(host: NetHost, rate: string, way: 'to' | 'from' = 'to'): Promise<string | undefined> {
    const [end, device] = way === 'to' ? [this.#bridge, host.port] : [host, 'eth0']
    const words = ['dev', device, 'root', 'tbf', 'rate', rate, 'burst', '16kb', 'latency', '400ms']
    const run = await begin(end.enter('tc', 'qdisc', 'replace', ...words), { cwd: '/', env: variables }).done
    return run.status === 0 ? undefined : run.stderr.trim()
  }

  /** Keeps these hosts from reaching each other; those that are not among them reach all. */
  async isolate(...hosts: readonly NetHost[]): Promise<void> {
    for (const { port } of hosts) {
      await must(this.#bridge.enter('ip', 'link', 'set', port, 'type', 'bridge_slave', 'isolated', 'on'))
    }
  }

  /** Keeps every host from saying anything to whoever is on the network: then nobody has the broadcast address. */
  async withoutBroadcast(): Promise<void> {
    for (const host of this.hosts) {
      await must(host.enter('ip', 'route', 'del', 'table', 'local', 'broadcast', '10.99.0.255'))
    }
  }

  async start(...hosts: readonly NetHost[]): Promise<void> {
    await Promise.all((hosts.length > 0 ? hosts : this.hosts).map((host) => host.does('start')))
  }
}

export class NetHost {
  readonly name: string
  readonly address: string
  /** Its cable's end at the bridge. */
  readonly port: string
  readonly #holder: Holder

  constructor(name: string, address: string, port: string, holder: Holder) {
    this.name = name
    this.address = address
    this.port = port
    this.#holder = holder
  }

  /** Its process 1, as it is called outside. */
  get init(): number {
    return this.#holder.inner
  }

  /** A command as it is run on this host. */
  enter(...argv: readonly string[]): readonly string[] {
    return this.#holder.enter(...argv)
  }

  /** Has its eth0 up, with its address. */
  async plugIn(): Promise<void> {
    await must(this.enter('ip', 'addr', 'add', `${this.address}/24`, 'broadcast', '+', 'dev', 'eth0'))
    await must(this.enter('ip', 'link', 'set', 'eth0', 'up'))
    await must(this.enter('ip', 'route', 'add', 'default', 'dev', 'eth0'))
  }

  /** Types a line in root's shell, in /tmp. */
  sh(line: string): Promise<Run> {
    const all = ['--mount', '--uts', '--ipc', '--pid', '--wdns=/tmp']
    return begin(['nsenter', `--target=${this.init}`, '--net', ...all, '--', 'sh', '-c', line], {
      cwd: '/',
      env: variables,
    }).done
  }

  /** Types a line that must succeed. */
  async types(line: string): Promise<Run> {
    return assertDone(await this.sh(line))
  }

  /** `isconf WORDS...`, in /tmp. */
  run(...words: readonly string[]): Promise<Run> {
    return this.sh(['isconf', ...words.map((word) => `'${word.replaceAll("'", "'\\''")}'`)].join(' '))
  }

  /** `isconf WORDS...`, which must succeed. */
  async does(...words: readonly string[]): Promise<Run> {
    return assertDone(await this.run(...words))
  }

  status(): Promise<Status> {
    return statusOf(`/proc/${this.init}/root/var/is`)
  }

  branch(name: string): Promise<BranchRow | undefined> {
    return branchOf(`/proc/${this.init}/root/var/is`, name)
  }

  /** Writes its main.cf: these variables for every host. */
  async configure(...lines: readonly string[]): Promise<void> {
    const text = ['DEFAULT:', ...lines].join('\n')
    await this.types(`mkdir -p /etc/is && cat > /etc/is/main.cf <<'EOF'\n${text}\nEOF`)
  }

  /** Tells it where others are; counts at its next start, or within ten seconds. */
  async knows(...others: readonly NetHost[]): Promise<void> {
    await this.types(`mkdir -p /etc/is && : > /etc/is/nets`)
    for (const { address } of others) await this.types(`echo tcp ${address} >> /etc/is/nets`)
  }

  /** Waits until the host is connected to exactly these. */
  async untilConnectedTo(...others: readonly NetHost[]): Promise<void> {
    const wanted = others.map(({ name }) => name).sort()
    const isSo = async (): Promise<boolean> => {
      const names = (await this.status()).mesh.peers.map(({ host }) => host)
      return names.sort().join() === wanted.join()
    }
    await until(isSo, `${this.name} is connected to ${wanted.join(', ') || 'nobody'}`, 60_000)
  }

  async read(path: string): Promise<string> {
    return (await this.types(`cat '${path}'`)).stdout
  }
}

const variables = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LOGNAME: 'root',
  USER: 'root',
  // The disk of the tests may be nearly full.
  IS_RESERVE: '0',
  // What is typed is typed in /tmp, as in the manual's examples.
  IS_SHARED_DIRECTORIES: '/tmp',
}

/** A process that namespaces live by. */
class Holder {
  readonly #child: ChildProcess
  #said = ''
  #complained = ''

  constructor(unshareWords: readonly string[], script: string, words: readonly string[]) {
    this.#child = spawn('unshare', [...unshareWords, 'sh', '-c', script, 'sh', ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: variables,
    })
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#said += bytes
    })
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#complained += bytes
    })
  }

  async ready(): Promise<void> {
    await until(() => this.#said.includes('ready') || this.#child.exitCode !== null, 'the namespaces are made')
    assert.equal(this.#child.exitCode, null, `the namespaces are made: ${this.#complained}`)
  }

  /** The process inside: with a PID namespace, the child that unshare has made. */
  get inner(): number {
    const { pid } = this.#child
    const path = `/proc/${pid}/task/${pid}/children`
    const isInit = this.#child.spawnargs.includes('--pid')
    return isInit ? Number(readFileSync(path, 'utf8').trim().split(' ')[0]) : Number(pid)
  }

  /** A command in its network. */
  enter(...argv: readonly string[]): readonly string[] {
    return ['nsenter', `--target=${this.inner}`, '--net', '--', ...argv]
  }

  async end(): Promise<void> {
    const { pid } = this.#child
    this.#child.stdin?.end()
    await until(() => this.#child.exitCode !== null || !existsSync(`/proc/${pid}`), 'the namespaces are gone')
  }
}

async function must(argv: readonly string[]): Promise<void> {
  const run = await begin(argv, { cwd: '/', env: variables }).done
  assert.equal(run.status, 0, `${run.command}: ${run.stderr}`)
}
