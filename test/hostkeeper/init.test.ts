/** hostkeeper init. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, assertNoTrace, describe, type Run } from '../harness/run.ts'
import { hostkeeperHost } from './host.ts'

const starter = fileURLToPath(new URL('../../packaging/starter', import.meta.url))

const written = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(directory.length + 1))
    .sort()

function assertRefused(run: Run, ...words: readonly string[]): void {
  assert.equal(run.status, 1, describe(run))
  assertNoTrace(run)
  for (const word of words) assert.ok(run.stderr.includes(word), `${word} is not in\n${describe(run)}`)
}

test('hostkeeper init writes a tree whose parts agree, and by default that of this host', async (t) => {
  const host = hostkeeperHost(t)
  assertDone(await host.run('hostkeeper', 'init'))
  const tree = host.path('isconf/tree')
  assert.deepEqual(written(tree), written(starter))
  assertDone(await host.run('hostkeeper', 'generate', '--check', '-o', `${tree}/generated.mk`))
  assertDone(await host.run('hostkeeper', 'init', 'mine'))
  assert.deepEqual(written(host.path('mine')), written(tree))
})

test('hostkeeper init overwrites nothing without -f, and says what is there', async (t) => {
  const host = hostkeeperHost(t, { 'mine/hosts.conf': 'DEFAULT:\n', 'mine/manifest': '', 'mine/other': 'stays\n' })
  assertRefused(await host.run('hostkeeper', 'init', 'mine'), host.path('mine'), 'hosts.conf, manifest', 'init -f')
  assert.deepEqual(written(host.path('mine')), ['hosts.conf', 'manifest', 'other'])
  assert.equal(host.read('mine/hosts.conf'), 'DEFAULT:\n')
  assertDone(await host.run('hostkeeper', 'init', '-f', 'mine'))
  assert.equal(host.read('mine/hosts.conf'), readFileSync(`${starter}/hosts.conf`, 'utf8'))
  assert.equal(host.read('mine/other'), 'stays\n')
})

test('hostkeeper init -f does not alter a tree that was fetched', async (t) => {
  const host = hostkeeperHost(t)
  mkdirSync(host.path('isconf/trees/0123'), { recursive: true })
  symlinkSync('trees/0123', host.path('isconf/tree'))
  assertRefused(await host.run('hostkeeper', 'init', '-f'), 'symbolic link')
  assert.deepEqual(written(host.path('isconf/trees/0123')), [])
})
