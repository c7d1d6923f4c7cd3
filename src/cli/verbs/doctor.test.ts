import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostWith } from '../../../test/support/typed.ts'
import type { Diagnosis } from '../../control/index.ts'

const good: Diagnosis = { check: 'clock', severity: 'good', message: 'within a minute', hint: null }
const wrong: Diagnosis = { check: 'network', severity: 'error', message: 'nobody\n is there', hint: 'look' }

async function member(...words: Parameters<typeof hostWith>) {
  const host = await hostWith(...words)
  writeFileSync(join(host.home, 'conf/domain'), 'example.com\n')
  return host
}

test('doctor shows what is wrong and what to do, and ends with 1', async (t) => {
  const { type } = await member(t, { 'GET /v1/doctor': [good, wrong] })
  const shown = await type('doctor')
  assert.equal(shown.status, 1)
  assert.match(shown.out, /^good {5}clock {5}within a minute\nerror {4}network {3}nobody\\n is there\n {19}look\n/m)
  const { diagnoses } = JSON.parse((await type('doctor', '--json')).out) as { diagnoses: readonly Diagnosis[] }
  assert.deepEqual(diagnoses.slice(-2), [good, wrong])
})

test('a daemon that does not run is what is wrong', async (t) => {
  const { status, out, err } = await (await member(t, undefined)).type('doctor')
  assert.deepEqual([status, err], [1, ''])
  assert.match(out, /error {4}daemon {4}.*\n {19}start it: isconf start\n$/)
})

test('what is wrong with a file is said once', async (t) => {
  const answers: Record<string, unknown> = {}
  const host = await member(t, answers)
  const keysPath = join(host.home, 'conf/hmac_keys')
  writeFileSync(keysPath, `${'k'.repeat(40)}\n`, { mode: 0o644 })
  answers['GET /v1/doctor'] = [{ ...wrong, check: 'host', message: `${keysPath} is open to others` }, good]
  const { out } = await host.type('doctor')
  assert.equal(out.match(/open to others/g)?.length, 1, out)
  assert.match(out, /^warning {2}config/m)
})

test('with a configuration that is wrong nobody is asked', async (t) => {
  const host = await member(t, { 'GET /v1/doctor': [good] })
  writeFileSync(join(host.home, 'main.cf'), 'IS_PORT = nowhere\n')
  const { status, out, asked } = await host.type('doctor')
  assert.deepEqual([status, asked], [1, []])
  assert.match(out, /^error {4}config {4}HOME\/main\.cf/)
})
