/** Hooks in notify.d: what they are told, and that one which fails stops nothing. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { domainEventSchema } from '../../src/control/answers/index.ts'
import { Lab, type LabHost, until } from '../harness/lab.ts'
import { assertFits } from '../support/fits.ts'

function hook(host: LabHost, name: string, script: string): void {
  const directory = join(host.hooksPath, 'notify.d')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

test('hooks are told of this host everywhere, and of the domain where IS_NOTIFY says so; one that fails is named', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  for (const host of lab.hosts) {
    hook(host, 'record', 'cat >> "$IS_VOLROOT/told"')
    host.env['IS_NOTIFY'] = 'alder'
  }
  hook(alder, 'broken', 'echo no mail server >&2; exit 3')
  await lab.start()
  await alder.does('lock', 'why')
  await alder.does('exec', 'sh', '-c', 'test $HOSTNAME = alder || { echo secret; false; }')
  await alder.does('ci')
  assert.equal((await birch.run('up')).status, 1)
  const told = (host: LabHost) =>
    host.has('told')
      ? host
          .read('told')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : []
  const typesOf = (host: LabHost) => told(host).map(({ type }) => type)
  await until(async () => typesOf(birch).includes('operation-failed'), 'birch has told of its operation')
  await until(async () => typesOf(alder).includes('checked-in'), 'alder has told of the check-in')
  await until(async () => typesOf(alder).includes('lock-released'), 'alder has told of the lock')
  assert.deepEqual(typesOf(birch), ['operation-begun', 'operation-failed'])
  assert.deepEqual(typesOf(alder), ['lock-taken', 'checked-in', 'lock-released'])
  assert.ok(!birch.read('told').includes('secret'))
  for (const { version, domain, toldBy, ...event } of [...told(alder), ...told(birch)]) {
    assert.deepEqual([version, typeof domain, toldBy], [1, 'string', event.scope === 'host' ? 'birch' : 'alder'])
    assertFits(domainEventSchema, event)
  }
  const trouble = /notify hook \S*\/notify\.d\/broken: it ended with exit status 3: no mail server/
  assert.match((await alder.status()).warnings.join('\n'), trouble)
  assert.match((await alder.run('doctor')).stdout, trouble)
  assert.match((await alder.does('metrics')).stdout, /^isconf_notify_failures_total [1-9]/m)
})
