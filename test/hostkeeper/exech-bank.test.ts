/** exech of a file that another host has published in the package bank. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { begin, describe, Lab, type LabHost, type Run, until } from '../harness/lab.ts'
import { hostkeeperHost } from './host.ts'

const exech = fileURLToPath(new URL('../../dist/exech.js', import.meta.url))

test('exech runs a script of the package bank by its name, and by the address in PKGBANK', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  alder.write('tmp/foo-1.sh', '#!/bin/sh\necho "foo $*"\nexit 3\n')
  await alder.does('lock', 'packages')
  await alder.does('bank', 'add', 'foo-1.sh')
  await alder.does('ci')
  const run = (...words: readonly string[]): Promise<Run> =>
    begin([process.execPath, exech, ...words], { env: { ...birch.variables(), ISCONFDIR: birch.path('hostkeeper') } })
      .done
  const { address } = (await birch.status()).bank
  await until(async () => (await run('foo-1.sh')).status === 3, 'birch has heard of it')
  for (const word of ['foo-1.sh', `${address}/foo-1.sh`]) {
    const { stdout, status } = await run(word, 'a', 'b')
    assert.deepEqual([stdout, status], ['foo a b\n', 3])
  }
  const missing = await run('bar-1.sh')
  assert.equal(missing.status, 2, describe(missing))
  assert.match(missing.stderr, /^exech: error: .*bar-1\.sh.*\nexech: hint: .*isconf bank/)
})

test('exech of a name tells when no daemon runs', async (t) => {
  const run = await hostkeeperHost(t).run('exech', 'foo-1.sh')
  assert.equal(run.status, 223, describe(run))
  assert.match(run.stderr, /^exech: error: the daemon is not running: .*\nexech: hint: .*\n$/)
})
