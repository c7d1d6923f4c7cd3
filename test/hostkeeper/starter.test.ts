/** The tree that hostkeeper init writes, under the real make. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDone } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'
import { hostkeeperHost } from './host.ts'

test('what hostkeeper init has written passes lint and runs', { skip: unlessThere('make') }, async (t) => {
  const host = hostkeeperHost(t)
  assertDone(await host.run('hostkeeper', 'init'))
  assertDone(await host.run('hostkeeper', 'lint'))
  const first = assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
  assert.match(first.stdout, /^hello from scramjet\.example\.com, which is \w+_\S+_\w+$/m)
  assert.match(first.stdout, /^example-1-1 is done on scramjet\.example\.com$/m)
  assert.match(host.read('root/etc/hostkeeper-example.conf'), /isync/)
  const second = assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
  assert.doesNotMatch(second.stdout, /hello/)
})
