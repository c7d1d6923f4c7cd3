/** The units of Hostkeeper under a real systemd: what is started, and when, is noted. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bootSystemd, emptyTargets, putUnit, systemdTest } from '../harness/systemd.ts'
import { temporaryDirectory } from '../support/files.ts'

const packaging = fileURLToPath(new URL('../../packaging', import.meta.url))

/** Units of a small machine with two services; each notes that it is started. */
function smallMachine(directory: string): void {
  const units = join(directory, 'units')
  const wants = join(units, 'multi-user.target.wants')
  mkdirSync(wants, { recursive: true })
  const put = (name: string, ...lines: readonly string[]): void => putUnit(directory, name, ...lines)
  const noted = (name: string): string =>
    `[Service]\nExecStart=/bin/sh -c 'echo ${name} >> ${directory}/notes; exec sleep 100'`
  for (const name of emptyTargets) put(`${name}.target`, 'DefaultDependencies=no')
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
  writeFileSync(join(directory, 'hook'), hook.replaceAll('NOTES', join(directory, 'notes')))
  if (configured) writeFileSync(join(directory, 'configured'), '')
  return bootSystemd(t, directory, 'hostkeeper.target', last)
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
