/**
 * The units under a real systemd, which is process 1 of namespaces of its own and knows no units but those of the
 * test: what it starts, and when, is noted. Needs root, and a part of the cgroups to itself.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from '../harness/run.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessRootHas } from '../support/tools.ts'

const packaging = fileURLToPath(new URL('../../packaging', import.meta.url))
const systemd = '/lib/systemd/systemd'
/** Which hierarchy of cgroups systemd takes here, and how it is mounted. */
const [cgroups, cgroupMount] = existsSync('/sys/fs/cgroup/cgroup.controllers')
  ? ['/sys/fs/cgroup', 'mount -t cgroup2 cgroup /sys/fs/cgroup']
  : [
      '/sys/fs/cgroup/systemd',
      'mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd',
    ]

/** Units of a small machine with two services; each notes that it is started. */
function smallMachine(directory: string): void {
  const units = join(directory, 'units')
  const wants = join(units, 'multi-user.target.wants')
  mkdirSync(wants, { recursive: true })
  const put = (name: string, ...lines: readonly string[]): void =>
    writeFileSync(join(units, name), `[Unit]\nDescription=${name}\n${lines.join('\n')}\n`)
  const noted = (name: string): string =>
    `[Service]\nExecStart=/bin/sh -c 'echo ${name} >> ${directory}/notes; exec sleep 100'`
  for (const name of ['sysinit', 'network-online', 'nss-lookup', 'local-fs', 'remote-fs', 'shutdown', 'umount'])
    put(`${name}.target`, 'DefaultDependencies=no')
  put('basic.target', 'Requires=sysinit.target', 'Wants=sockets.target', 'After=sysinit.target sockets.target')
  // Stands for ssh.socket.
  put('sockets.target', 'DefaultDependencies=no', 'Wants=socket.service')
  put(
    'socket.service',
    'DefaultDependencies=no',
    'Before=sockets.target',
    '[Service]\nType=oneshot\nRemainAfterExit=yes',
    `ExecStart=/bin/sh -c 'echo socket >> ${directory}/notes'`,
  )
  put('multi-user.target', 'Requires=basic.target', 'After=basic.target', 'Conflicts=rescue.service rescue.target')
  put('graphical.target', 'Requires=multi-user.target', 'After=multi-user.target')
  put('rescue.target', 'Requires=sysinit.target rescue.service', 'AllowIsolate=yes')
  put('rescue.service', 'DefaultDependencies=no', noted('rescue'))
  for (const name of ['ntp', 'ssh']) {
    put(`${name}.service`, noted(name))
    symlinkSync(`../${name}.service`, join(wants, `${name}.service`))
  }
  for (const name of ['hostkeeper.target', 'hostkeeper.service', 'hostkeeper-services.service']) {
    const text = readFileSync(join(packaging, name), 'utf8')
      .replace('/usr/lib/isconf/rc.isconf start', `/bin/sh ${directory}/hook`)
      .replaceAll(/^ConditionPathExists=\|.*$/gm, `ConditionPathExists=|${directory}/configured`)
    writeFileSync(join(units, name), text)
  }
}

/** Boots to hostkeeper.target; what is noted until `last` is, or undefined when no systemd can be had here. */
async function boot(
  t: TestContext,
  hook: string,
  last: string,
  configured = true,
): Promise<readonly string[] | undefined> {
  const directory = temporaryDirectory(t)
  smallMachine(directory)
  const notes = join(directory, 'notes')
  writeFileSync(join(directory, 'hook'), hook.replaceAll('NOTES', notes))
  writeFileSync(join(directory, 'console'), '')
  if (configured) writeFileSync(join(directory, 'configured'), '')
  const group = join(cgroups, `isconf-test-${process.pid}-${Math.random().toString(36).slice(2)}`)
  // It may write nothing of this machine: not its files, and not the settings of its kernel.
  const inner = `mount -t proc proc /proc && umount -R /sys/fs/cgroup && ${cgroupMount} &&
    mount -t tmpfs tmpfs /run && mount --bind ${directory} ${directory} && mount --bind /proc/sys /proc/sys &&
    mount --bind ${directory}/console /dev/console && mount -o remount,bind,ro / &&
    mount -o remount,bind,ro /sys && mount -o remount,bind,ro /proc/sys &&
    exec env -i PATH=$PATH container=test SYSTEMD_UNIT_PATH=${directory}/units SYSTEMD_GENERATOR_PATH=/nonexistent \
      SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/nonexistent ${systemd} --system --unit=hostkeeper.target --log-target=console`
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
  await until(() => noted().includes(last) || cannot(), `${last} is noted`)
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

const skip = unlessRootHas(systemd, 'unshare', 'nsenter', 'mount')

function systemdTest(name: string, run: (t: TestContext) => Promise<boolean>): void {
  test(name, { skip }, async (t) => {
    if (!(await run(t))) t.skip('systemd cannot be process 1 of a namespace here: this was NOT tested')
  })
}

systemdTest('services and sockets wait for the hook, and the hook may restart one of them meanwhile', async (t) => {
  // The restart comes back only when the service is there: were it to wait for the hook, this would never end.
  const hook =
    'echo begin >> NOTES\nsystemctl restart ntp.service || exit\nuntil grep -q ntp NOTES; do sleep 0.05; done\necho end >> NOTES\n'
  const notes = await boot(t, hook, 'ssh')
  if (notes === undefined) return false
  assert.deepEqual(notes, ['begin', 'ntp', 'end', 'socket', 'ssh'])
  return true
})

systemdTest('after a hook that fails there is a rescue shell, and no service', async (t) => {
  const notes = await boot(t, 'echo begin >> NOTES\nexit 1\n', 'rescue')
  if (notes === undefined) return false
  assert.deepEqual(notes, ['begin', 'rescue'])
  return true
})

systemdTest('on a host that nobody has configured the services begin without the hook', async (t) => {
  const notes = await boot(t, 'echo begin >> NOTES\n', 'ssh', false)
  if (notes === undefined) return false
  assert.ok(!notes.includes('begin'))
  return true
})
