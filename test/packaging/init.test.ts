/** The LSB init script, under the shell that Debian runs it with, on whole daemons. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, begin, Lab, type LabHost, program, type Run, until } from '../harness/lab.ts'
import { unlessThere } from '../support/tools.ts'

const script = fileURLToPath(new URL('../../packaging/isconf.init', import.meta.url))
const skip = unlessThere('dash')

type Init = (...words: readonly string[]) => Promise<Run>

/** The script of a host, as the init of that host would call it. */
function initOf(lab: Lab, host: LabHost): Init {
  const command = join(lab.directory, `isconf-${host.name}`)
  const text = `#!/bin/sh\nexec ${process.execPath} ${program} -c ${host.mainCfPath} "$@"\n`
  writeFileSync(command, text, { mode: 0o755 })
  const env = { ...host.variables(), ISCONF: command }
  return (...words) => begin(['dash', script, ...words], { cwd: '/', env }).done
}

async function labOf(t: TestContext, ...names: readonly string[]): Promise<{ lab: Lab; hosts: readonly LabHost[] }> {
  const lab = await Lab.of(t, ...names)
  return { lab, hosts: lab.hosts }
}

test('isconf.init start starts the daemon, waits for it, and brings the host level', { skip }, async (t) => {
  const { lab, hosts } = await labOf(t, 'alder', 'birch')
  const [alder, birch] = hosts as readonly [LabHost, LabHost]
  await alder.start()
  await alder.does('lock', 'a change')
  await alder.does('exec', 'touch', 'done')
  await alder.does('ci')
  const init = initOf(lab, birch)
  const { stderr } = assertDone(await init('start'))
  assert.match(stderr, /the daemon answers: process \d+\n(.*\n)*isconf: did 1 operation;/)
  assert.ok(birch.has('tmp/done'))
  assert.match(assertDone(await init('start')).stderr, /the daemon is already running/)
})

test('isconf.init stop, restart, force-reload, reload and status do what LSB says', { skip }, async (t) => {
  const { lab, hosts } = await labOf(t, 'alder')
  const [alder] = hosts as readonly [LabHost]
  const init = initOf(lab, alder)
  assert.equal((await init('status')).status, 3)
  assert.notEqual((await init('reload')).status, 0)
  assertDone(await init('start'))
  assert.match(assertDone(await init('status')).stdout, /^host {4}alder /)
  const first = alder.pid()
  assertDone(await init('reload'))
  await until(() => alder.log().includes('read the configuration again'), 'the configuration is read again')
  assert.equal(alder.pid(), first)
  for (const word of ['restart', 'force-reload']) {
    const before = alder.pid()
    assertDone(await init(word))
    assert.notEqual(alder.pid(), before)
  }
  assertDone(await init('stop'))
  assert.equal(alder.pid(), undefined)
  assertDone(await init('stop'))
})

test('isconf.init with anything else prints its usage and exits 1', { skip }, async (t) => {
  const { lab, hosts } = await labOf(t, 'alder')
  const init = initOf(lab, hosts[0] as LabHost)
  for (const words of [[], ['begin'], ['start', 'now'], ['']]) {
    const run = await init(...words)
    assert.deepEqual([run.status, run.stdout], [1, ''])
    assert.match(run.stderr, /^usage: .*isconf\.init \{start\|stop\|restart\|reload\|force-reload\|status\}\n$/)
  }
})

test('isconf.init start says why the daemon does not start, and does not go on', { skip }, async (t) => {
  const { lab, hosts } = await labOf(t, 'alder')
  const [alder] = hosts as readonly [LabHost]
  writeFileSync(alder.mainCfPath, 'alder:\n  IS_PORT = many\n')
  const run = await initOf(lab, alder)('start')
  assert.equal(run.status, 22)
  assert.equal(run.stderr.match(/isconf: error: /g)?.length, 1)
})
