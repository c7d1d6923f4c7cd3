/** The files for systemd and for LSB init. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { errorKinds } from '../../src/base/index.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

const folder = fileURLToPath(new URL('../../packaging', import.meta.url))
const units = readdirSync(folder).filter((name) => /\.(service|socket|target|timer)$/.test(name))
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('systemd finds nothing to complain about in the units', { skip: unlessThere('systemd-analyze') }, (t) => {
  const directory = temporaryDirectory(t)
  // The program is not installed here; something that can be run stands for it.
  const programs = /\/usr\/(bin\/(isconf|hostkeeper|systemctl)|lib\/isconf\/(rc\.isconf|bin\/node))/g
  for (const name of units) writeFileSync(join(directory, name), textOf(name).replaceAll(programs, '/bin/true'))
  const paths = units.map((name) => join(directory, name))
  assert.deepEqual(ran('systemd-analyze', 'verify', '--man=no', ...paths), { status: 0, text: '' })
})

test('isconf.service restarts on a replaced program, not on a mistake in the configuration, and waits for a clean stop', () => {
  const unit = textOf('isconf.service')
  const line = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
  assert.equal(line('RestartForceExitStatus'), String(errorKinds.PROGRAM_REPLACED.exit))
  assert.equal(line('SuccessExitStatus'), String(errorKinds.PROGRAM_REPLACED.exit))
  assert.equal(line('RestartPreventExitStatus'), String(errorKinds.CONFIG.exit))
  assert.deepEqual([line('Type'), line('NotifyAccess'), line('KillMode')], ['notify', 'all', 'process'])
  assert.ok(Number.parseInt(line('TimeoutStopSec'), 10) > 15)
  assert.doesNotMatch(unit, /^(After|Wants|Requires)=.*network-online/m)
})

test('what only asks the daemon is let do no more than that', { skip: unlessThere('systemd-analyze') }, () => {
  for (const name of ['isconf-up.service', 'isconf-hourly.service']) {
    const words = ['security', '--offline=true', '--no-pager', '--threshold=30', join(folder, name)]
    const { status, text } = ran('systemd-analyze', ...words)
    assert.equal(status, 0, text)
  }
})

test('what speaks to the network is let do no more than that', { skip: unlessThere('systemd-analyze') }, () => {
  const words = ['security', '--offline=true', '--no-pager', '--threshold=25', join(folder, 'isconf-network@.service')]
  const { status, text } = ran('systemd-analyze', ...words)
  assert.equal(status, 0, text)
  assert.match(textOf('isconf-network.socket'), /^Accept=yes$/m)
  assert.match(textOf('isconf-network.socket'), /^SocketMode=0600$/m)
})

test('only the boot may reboot: the hourly unit does not say -r', () => {
  assert.match(textOf('isconf-up.service'), /^ExecStart=\/usr\/bin\/isconf -r up --wait$/m)
  assert.match(textOf('isconf-hourly.service'), /^ExecStart=\/usr\/bin\/isconf up$/m)
})

test('services wait for hostkeeper.service because only hostkeeper-services.service asks for them, after it', () => {
  const [target, hook, services] = ['hostkeeper.target', 'hostkeeper.service', 'hostkeeper-services.service'].map(
    textOf,
  )
  assert.match(target ?? '', /^Wants=hostkeeper\.service hostkeeper-services\.service$/m)
  assert.doesNotMatch(target ?? '', /^(Wants|Requires|After)=.*(basic|multi-user|graphical)\.target/m)
  assert.match(services ?? '', /^Requires=hostkeeper\.service\nAfter=hostkeeper\.service$/m)
  assert.match(services ?? '', /^ExecStart=\/usr\/bin\/systemctl --no-block start /m)
  // The network is waited for, and not required.
  assert.doesNotMatch(hook ?? '', /^(Requires|BindsTo)=.*network/m)
  assert.match(hook ?? '', /^OnFailure=rescue\.target$/m)
})

for (const name of ['isconf.init', 'rc.isconf']) {
  test(`shellcheck finds nothing to complain about in ${name}`, { skip: unlessThere('shellcheck') }, () => {
    assert.deepEqual(ran('shellcheck', join(folder, name)), { status: 0, text: '' })
  })
}
