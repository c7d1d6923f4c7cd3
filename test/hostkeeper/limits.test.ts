/** Sizes: what is generated for thousands of hosts, and chains of thousands of steps. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { assertDone, assertNoTrace } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { type MakeHost, makeHost, stateInMake } from './make-host.ts'

const test = testWith('make')

const steps = 10_000
const nameOf = (step: number): string => `step-${step}`

/** Each step needs the one before. */
function chainHost(t: TestContext): MakeHost {
  const stanzas = Array.from({ length: steps }, (_, step) => {
    return `${nameOf(step)}:${step === 0 ? '' : ` ${nameOf(step - 1)}`}\n\ttouch $@\n`
  })
  const packages = `all: ${nameOf(steps - 1)}\n${stanzas.join('')}`
  return makeHost(t, { 'hosts.conf': 'DEFAULT: PACKAGES=all\n', 'packages.conf': packages })
}

function makeAllStamps(host: MakeHost): void {
  mkdirSync(host.stamps, { recursive: true })
  for (let step = 0; step < steps; step += 1) writeFileSync(join(host.stamps, nameOf(step)), '')
}

test('a chain of ten thousand steps is checked, planned and told', async (t) => {
  const host = chainHost(t)
  assertDone(await host.run(['lint']))
  const status = JSON.parse(assertDone(await host.run(['status', '--json'])).stdout) as {
    pending: { steps: unknown[] }
  }
  assert.equal(status.pending.steps.length, steps)
})

test('of a chain of ten thousand steps that are done, what needs a removed stamp is done again, and circles are told', async (t) => {
  const host = chainHost(t)
  makeAllStamps(host)
  assert.match(assertDone(await host.run(['run'])).stderr, /done, with 0 new stamps/)
  const removed = assertDone(await host.run(['stamps', 'remove', nameOf(1)]))
  assert.equal(removed.stderr.split(', ').length, steps - 2 + 1)
  const { stdout } = assertDone(await host.run(['run', '-n']))
  assert.equal(stdout.split('\n').length, steps)
  host.write({
    'hosts.conf.d/none': '',
    'packages.conf': `all: a\na: b\n\ttouch $@\nb: c\n\ttouch $@\nc: a\n\ttouch $@\n`,
  })
  assert.match(
    (await host.run(['lint'])).stdout,
    /targets need each other in a circle: (\w) needs \w needs \w needs \1\n/,
  )
})

test('hosts.conf, the manifest and the notes about stamps may be larger than files of settings', async (t) => {
  const entries = Array.from({ length: 6_000 }, (_, at) => `host${at}: PACKAGES=a NOTE="${'x'.repeat(200)}"\n`)
  const host = makeHost(t, {
    'hosts.conf': `DEFAULT: PACKAGES=a\n${entries.join('')}scramjet: PACKAGES=b\n`,
    'packages.conf': `all: $(PACKAGES)\na b:\n\t@echo doing $@\n\ttouch $@\n${'# a comment\n'.repeat(100_000)}`,
  })
  assert.match(assertDone(await host.run(['run'])).stdout, /^doing b$/m)
  for (let at = 0; at < 6_000; at += 1) writeFileSync(join(host.stamps, `${'n'.repeat(200)}-${at}`), '')
  assertDone(await host.run(['run']))
  assertDone(await host.run(['run']))
  assertDone(await host.run(['lint']))
})

test('a makefile that is read for ever, and one that prints without end, are told as what they are', async (t) => {
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: PACKAGES=a\n' })
  const endless = `#!/bin/sh\necho '# GNU Make'\nexec yes 'a line that is as long as it is'\n`
  host.write({ 'bin/endless': endless })
  const run = await host.run(['run'], { HOSTKEEPER_MAKE: join(host.tree, 'bin/endless') })
  assert.equal(run.status, 22)
  assertNoTrace(run)
  assert.match(run.stderr, /it prints more than 268435456 bytes about packages\.conf/)
})

test('a target that no disk can name fails alone', async (t) => {
  const long = `${'d'.repeat(300)}/x`
  const host = makeHost(t, {
    'hosts.conf': 'DEFAULT: PACKAGES=a\n',
    'packages.conf': `all: $(PACKAGES)\na ${long}:\n\t@echo doing >> ${stateInMake}/did\n\ttouch $@\n`,
  })
  assertDone(await host.run(['run']))
  const run = await host.run(['run', long])
  assert.equal(run.status, 2)
  assertNoTrace(run)
  assert.match(run.stderr + run.stdout, /File name too long|dosya adı/i)
})
