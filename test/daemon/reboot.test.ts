/** Reboots of whole daemons, with a command that writes down that it was called and gives the host another boot id. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

/** What `reboot` runs: `shutdown -r now` of a machine that is back at once. */
const shutdown = 'echo "shutdown $*" >> "$IS_VOLROOT/reboots"; wc -l < "$IS_VOLROOT/reboots" > "$IS_VOLROOT/boot_id"\n'

/** Makes a host one that can be rebooted; `script` is what the command does. */
function canReboot(host: LabHost, script = shutdown): void {
  host.write('boot_id', '0\n')
  writeFileSync(host.path('shutdown'), `#!/bin/sh\n${script}`, { mode: 0o755 })
  const settings = [`IS_BOOT_ID = ${host.path('boot_id')}`, `IS_REBOOT_CMD = ${host.path('shutdown')} -r now`]
  writeFileSync(host.mainCfPath, `DEFAULT:\n    ROLE = web\n    ${settings.join('\n    ')}\n`)
}

function rebootsOf(host: LabHost): readonly string[] {
  return host.has('reboots') ? host.read('reboots').trimEnd().split('\n') : []
}

test('a reboot is recorded, survives itself, and every other host reboots at the same point', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts) canReboot(host)
  await lab.start()
  await alder.does('lock', 'upgrade the kernel')
  await alder.does('exec', 'sh', '-c', 'echo before >> steps')
  assert.match(
    (await alder.does('reboot')).stderr,
    /^isconf: this host reboots now; 2 operations to check in afterwards\n$/,
  )
  await alder.stop()
  await alder.start()
  assert.deepEqual((await alder.status()).work?.operations, ["exec sh -c 'echo before >> steps'", 'reboot'])
  await alder.does('exec', 'sh', '-c', 'echo after >> steps')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 3, 'birch has the journal')

  const refused = await birch.run('up')
  assertRefused(refused, 1, /operation [0-9a-f]{12}:1 \(reboot\) is next, and -r was not given/, 'isconf -r up')
  assert.deepEqual([birch.read('tmp/steps'), rebootsOf(birch), (await birch.status()).position], ['before\n', [], 1])
  const rebooting = await birch.does('-r', 'up')
  assert.match(
    rebooting.stderr,
    /this host reboots now, for [0-9a-f]{12}:1; 1 operation of branch generic left; when it is back: isconf up\n$/,
  )
  assert.deepEqual([birch.read('tmp/steps'), rebootsOf(birch)], ['before\n', ['shutdown -r now']])
  await birch.stop()
  await birch.start()
  await birch.does('up')
  assert.deepEqual([birch.read('tmp/steps'), rebootsOf(birch)], ['before\nafter\n', ['shutdown -r now']])
  // Nothing is pending: -r has no effect.
  await birch.does('-r', 'up')
  assert.deepEqual(rebootsOf(birch), ['shutdown -r now'])
})

test('until the host has rebooted status says so, nothing is recorded, and reboot only asks again', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  canReboot(alder, 'echo "asked $*" >> "$IS_VOLROOT/reboots"\n')
  await lab.start()
  await alder.does('lock', 'reboot')
  await alder.does('reboot')
  const { rebootPending } = await alder.status()
  assert.equal(rebootPending?.operation, null)
  const status = (await alder.does('status')).stdout
  assert.match(status, /^reboot {2}requested at \S+Z for the work below, and still to come$/m)
  alder.write('tmp/motd', 'hello\n')
  for (const words of [['exec', 'true'], ['snap', 'motd'], ['ci']]) {
    assertRefused(
      await alder.run(...words),
      1,
      /the reboot of alder that was requested at \S+ has not happened yet/,
      'isconf reboot',
    )
  }
  await alder.does('reboot')
  assert.deepEqual((await alder.status()).work?.operations, ['reboot'])
  assert.deepEqual(rebootsOf(alder), ['asked -r now', 'asked -r now'])
  alder.write('boot_id', '1\n')
  assert.equal((await alder.status()).rebootPending, null)
  await alder.does('ci')
})

test('a reboot command that fails: its output and status come through, nothing is recorded, and the work goes on', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  canReboot(alder, 'echo "not now, $ROLE" >&2; exit 5\n')
  canReboot(birch, 'exit 6\n')
  await lab.start()
  assertRefused(await alder.run('reboot'), 221, 'branch generic is not locked')
  await alder.does('lock', 'reboot')
  assertRefused(await birch.run('reboot'), 220, 'luke@alder')
  const run = await alder.run('reboot')
  assertRefused(run, 5, 'the reboot command ended with exit status 5', 'nothing was recorded')
  assert.match(run.stderr, /^not now, web$/m)
  const { work, rebootPending } = await alder.status()
  assert.deepEqual([work?.operations, rebootPending], [[], null])
  writeFileSync(alder.path('shutdown'), `#!/bin/sh\n${shutdown}`)
  await alder.does('reboot')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 1, 'birch has the journal')
  assertRefused(await birch.run('-r', 'up'), 1, /\(reboot\) failed: it ended with exit status 6/)
  assert.match((await birch.status()).stopped?.reason ?? '', /exit status 6/)
})

test('kill -9 of the daemon while the reboot command runs, and a machine that then does not reboot: it is asked again', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  canReboot(alder)
  canReboot(birch, `echo begun >> "$IS_VOLROOT/begun"; test -e "$IS_VOLROOT/quick" || sleep 97\n${shutdown}`)
  await lab.start()
  await alder.does('lock', 'reboot')
  await alder.does('reboot')
  await alder.does('exec', 'touch', 'after')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 2, 'birch has the journal')
  const running = birch.begin({}, '-r', 'up')
  await until(() => birch.has('begun'), 'the reboot command runs')
  birch.kill9()
  await running.done
  await until(() => birch.pid() === undefined, 'the daemon is gone')
  await birch.start()
  assert.match(
    (await birch.does('status')).stdout,
    /^reboot {2}requested at \S+ for [0-9a-f]{12}:0, and still to come$/m,
  )
  assertRefused(await birch.run('up'), 1, /\(reboot\) was requested at \S+ and has not happened/)
  birch.write('quick', '')
  await birch.does('-r', 'up')
  assert.equal(birch.has('tmp/after'), false)
  await birch.does('up')
  assert.equal(birch.has('tmp/after'), true)
})

test('the daemon that is stopped by the shutdown it asked for has recorded the reboot', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  // The way down of a machine: everything is told to end, the command that asked for it among the first.
  canReboot(alder, `${shutdown}kill -TERM $(cat "$IS_HOME/conf/.pid" | head -n 1 | cut -d " " -f 1); sleep 97\n`)
  await lab.start()
  await alder.does('lock', 'reboot')
  const run = await alder.run('reboot')
  assert.notEqual(run.status, 0)
  await until(() => alder.pid() === undefined, 'the daemon has ended')
  await alder.start()
  assert.deepEqual((await alder.status()).work?.operations, ['reboot'])
  await alder.does('ci')
})

test('-r goes with up only, and exec does not reboot', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  canReboot(alder)
  await lab.start()
  await alder.does('lock', 'try')
  for (const verb of ['reboot', 'exec', 'ci', 'status']) {
    assertRefused(await alder.run('-r', verb), 22, `-r goes with up only, not with ${verb}`)
  }
  for (const words of [
    ['reboot'],
    ['--sh', 'reboot'],
    ['sh', '-c', 'shutdown -r now; true'],
    ['systemctl', 'reboot'],
  ]) {
    assertRefused(await alder.run('exec', ...words), 22, 'refusing to run', 'isconf reboot')
  }
  assert.deepEqual([(await alder.status()).work?.operations, rebootsOf(alder)], [[], []])
})

test('without a boot id a reboot is refused, and the file is named', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts as [LabHost]
  canReboot(alder)
  assert.equal(spawnSync('rm', [alder.path('boot_id')]).status, 0)
  await lab.start()
  await alder.does('lock', 'reboot')
  assertRefused(await alder.run('reboot'), 22, `IS_BOOT_ID: ${alder.path('boot_id')} can't be read`)
  assert.deepEqual([(await alder.status()).work?.operations, rebootsOf(alder)], [[], []])
})
