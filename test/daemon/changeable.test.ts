/** What root believes and others can change: refused, or said until it is mended. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { changeableByOthers } from '../../src/base/changeable.io.ts'
import { assertRefused, keyOf, Lab, type LabHost, until } from '../harness/lab.ts'

test('a home, main.cf, keys and hooks that others can change are refused, and said while the daemon runs', async (t) => {
  const lab = await Lab.of(t, 'alder')
  const [alder] = lab.hosts as [LabHost]
  const conf = join(alder.home, 'conf')
  for (const path of [lab.directory, join(lab.directory, 'alder'), alder.home, conf]) chmodSync(path, 0o755)
  chmodSync(alder.mainCfPath, 0o666)
  if (changeableByOthers(alder.mainCfPath) === undefined)
    return t.skip('the temporary directory is hidden from others: this was NOT tested')

  assertRefused(await alder.run('start'), 22, `main.cf: ${alder.mainCfPath}`, `chmod go-w ${alder.mainCfPath}`)
  assert.match((await alder.run('lint')).stdout, /main\.cf: error: main\.cf: .* chmod go-w /)
  chmodSync(alder.mainCfPath, 0o644)
  chmodSync(conf, 0o777)
  assertRefused(await alder.run('start'), 22, `IS_HOME: ${conf}`, `chmod go-w ${conf}`)
  assert.match((await alder.run('lint')).stdout, /error: IS_HOME: .* chmod go-w /)
  chmodSync(conf, 0o755)
  const keys = join(conf, 'hmac_keys')
  writeFileSync(keys, `${keyOf('one')}\n`)
  chmodSync(keys, 0o622)
  assertRefused(await alder.run('start'), 22, keys, `chmod go-w ${keys}`)
  chmodSync(keys, 0o600)
  await alder.start()

  // While it runs: all three at once, each said until it is mended.
  chmodSync(conf, 0o777)
  chmodSync(keys, 0o622)
  chmodSync(alder.netsPath, 0o666)
  const warnings = async (): Promise<string> => (await alder.status()).warnings.join('\n')
  const said = [`${conf} can be changed`, `IS_HMAC_KEYS: ${conf} can be changed`, `IS_NETS: ${alder.netsPath} can be`]
  const all = async (): Promise<boolean> => {
    const now = await warnings()
    return said.every((text) => now.includes(text))
  }
  await until(all, 'status says it', 30_000)
  assert.equal((await alder.status()).mesh.authenticated, true)
  for (const [path, mode] of [
    [conf, 0o755],
    [keys, 0o600],
    [alder.netsPath, 0o644],
  ] as const)
    chmodSync(path, mode)
  await until(async () => !(await warnings()).includes('can be changed'), 'status is silent again', 30_000)

  mkdirSync(join(alder.hooksPath, 'pre-up.d'), { recursive: true })
  const hook = join(alder.hooksPath, 'pre-up.d/note')
  writeFileSync(hook, `#!/bin/sh\ntouch ${lab.directory}/ran\n`)
  chmodSync(hook, 0o777)
  assertRefused(await alder.run('up'), 22, `IS_HOOKS: ${hook}`, `chmod go-w ${hook}`)
  assert.ok(!existsSync(join(lab.directory, 'ran')))
  chmodSync(hook, 0o755)
  await alder.does('up')
  assert.ok(existsSync(join(lab.directory, 'ran')))
})
