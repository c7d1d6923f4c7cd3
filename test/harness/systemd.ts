/**
 * A real systemd as process 1 of namespaces of its own, which knows no units but those of the test. Needs root, and a
 * part of the cgroups to itself.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { unlessRootHas } from '../support/tools.ts'
import { until } from './run.ts'

const systemd = '/lib/systemd/systemd'
/** Which hierarchy of cgroups systemd takes here, and how it is mounted. */
const [cgroups, cgroupMount] = existsSync('/sys/fs/cgroup/cgroup.controllers')
  ? ['/sys/fs/cgroup', 'mount -t cgroup2 cgroup /sys/fs/cgroup']
  : [
      '/sys/fs/cgroup/systemd',
      'mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd',
    ]

/** Units that many others are ordered by, and that do nothing. */
export const emptyTargets = [
  'sysinit',
  'network',
  'network-online',
  'nss-lookup',
  'local-fs',
  'remote-fs',
  'shutdown',
  'umount',
]

/** Writes a unit into the directory of `directory` that systemd reads. */
export function putUnit(directory: string, name: string, ...lines: readonly string[]): void {
  writeFileSync(join(directory, 'units', name), `[Unit]\nDescription=${name}\n${lines.join('\n')}\n`)
}

export interface BootOptions {
  /** Whether it has a /tmp and /var/tmp of its own, in which is only `directory`. */
  readonly ownTmp?: boolean
}

/** A boot and all that is done in it take well under a minute where nobody else wants the processors. */
const bootMsMax = 240_000

/** An empty /tmp with nothing in it but the directory. */
const emptyTmp = (directory: string): string =>
  `mkdir -p /run/kept && mount --bind ${directory} /run/kept && mount -t tmpfs -o mode=1777 tmpfs /tmp &&
    mount -t tmpfs -o mode=1777 tmpfs /var/tmp && mkdir -p ${directory} && mount --move /run/kept ${directory} &&`

/**
 * Boots to `goal` with the units of `directory`, the only one that can be written to: what is noted in its file `notes`
 * until `last` is, or undefined when no systemd can be had here.
 */
export async function bootSystemd(
  t: TestContext,
  directory: string,
  goal: string,
  last: string,
  { ownTmp = false }: BootOptions = {},
): Promise<readonly string[] | undefined> {
  const notes = join(directory, 'notes')
  writeFileSync(join(directory, 'console'), '')
  const group = join(cgroups, `isconf-test-${process.pid}-${Math.random().toString(36).slice(2)}`)
  // It may write nothing of this machine: not its files, and not the settings of its kernel.
  const inner = `mount -t proc proc /proc && umount -R /sys/fs/cgroup && ${cgroupMount} && ip link set lo up &&
    mount -t tmpfs tmpfs /run && mount --bind ${directory} ${directory} && mount --bind /proc/sys /proc/sys &&
    mount --bind ${directory}/console /dev/console && ${ownTmp ? emptyTmp(directory) : ''} mount -o remount,bind,ro / &&
    mount -o remount,bind,ro /sys && mount -o remount,bind,ro /proc/sys &&
    exec env -i PATH=$PATH container=test SYSTEMD_UNIT_PATH=${directory}/units SYSTEMD_GENERATOR_PATH=/nonexistent \
      SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/nonexistent ${systemd} --system --unit=${goal} --log-target=console`
  // When this process ends, however it ends, the namespaces do.
  const namespaces = '--pid --mount --uts --ipc --net --cgroup --fork --kill-child --propagation private'
  const outer = `mkdir ${group} && echo $$ > ${group}/cgroup.procs && exec setpriv --pdeathsig KILL unshare ${namespaces} sh -c "$1"`
  const child = spawn('sh', ['-c', outer, 'sh', inner], { stdio: 'ignore' })
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    // The kernel takes the processes away with their namespace, and leaves the groups.
    if (existsSync(group)) await until(() => isRemoved(group), 'the cgroups are gone')
  }
  t.after(end)
  const noted = (): readonly string[] => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : [])
  // Without the rights that it needs it ends, or says that it does nothing any more.
  const cannot = (): boolean =>
    child.exitCode !== null || readFileSync(join(directory, 'console'), 'utf8').includes('Freezing execution')
  try {
    await until(() => noted().includes(last) || cannot(), `${last} is noted`, bootMsMax)
  } catch (error) {
    const said = ['notes', 'said', 'console'].map((name) => {
      const path = join(directory, name)
      return `--- ${name}\n${existsSync(path) ? readFileSync(path, 'utf8') : ''}`
    })
    throw new Error(said.join('\n'), { cause: error })
  }
  const found = cannot() ? undefined : noted()
  // Before the directory is removed, into which a service may still write.
  await end()
  return found
}

function isRemoved(group: string): boolean {
  spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
  try {
    rmdirSync(group)
  } catch {
    // Gone, or not yet empty.
  }
  return !existsSync(group)
}

const skip = unlessRootHas(systemd, 'unshare', 'nsenter', 'mount', 'ip')

/** A test that returns false where systemd can't be process 1 of a namespace; `unless` says why else it is skipped. */
export function systemdTest(
  name: string,
  run: (t: TestContext) => Promise<boolean>,
  unless: string | false = false,
): void {
  test(name, { skip: skip || unless }, async (t) => {
    if (!(await run(t))) t.skip('systemd cannot be process 1 of a namespace here: this was NOT tested')
  })
}
