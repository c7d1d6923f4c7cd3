/** fetch, switch, update and rollback as a person meets them. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { assertDone, assertNoTrace, type Run, until } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { isRunning } from '../support/processes.ts'
import { testWith } from '../support/tools.ts'
import { type TreeHost, treeHost, writeFiles } from './tree-host.ts'

const test = testWith('make')

interface Site {
  readonly host: TreeHost
  publish(version: string): void
  held(): string
  trees(): readonly string[]
}

function siteOf(t: TestContext): Site {
  const host = treeHost(t)
  const source = join(host.directory, 'source')
  host.env['HOSTKEEPER_SOURCE'] = source
  return {
    host,
    publish: (version) =>
      writeFiles(source, {
        'hosts.conf': `DEFAULT: PACKAGES=a VERSION=${version}\n`,
        'packages.conf': 'a:\n\ttouch $@\n',
      }),
    held: () => readlinkSync(join(host.home, 'tree')).replace('trees/', ''),
    trees: () => namesIn(join(host.home, 'trees')),
  }
}

function assertRefused(run: Run, status: number, word: RegExp): void {
  assert.equal(run.status, status, run.stderr)
  assertNoTrace(run)
  assert.match(run.stderr, word)
}

test('fetch stages beside the current tree, and switch keeps that one as the previous', async (t) => {
  const { host, publish, held, trees } = siteOf(t)
  publish('1')
  assertDone(await host.run('update'))
  const first = held()
  publish('2')
  assertDone(await host.run('fetch'))
  assert.equal(held(), first)
  assertDone(await host.run('switch'))
  assert.notEqual(held(), first)
  assert.equal(readlinkSync(join(host.home, 'previous')), `trees/${first}`)
  for (const version of ['3', '4']) {
    publish(version)
    assertDone(await host.run('update'))
  }
  assert.equal(trees().length, 2)
  assert.match(assertDone(await host.run('update')).stderr, /holds already/)
  assert.equal(trees().length, 2)
})

test('rollback turns back, and its tree is taken again only with --again or when its source has another', async (t) => {
  const { host, publish, held } = siteOf(t)
  publish('1')
  assertDone(await host.run('update'))
  assertRefused(await host.run('rollback'), 1, /there is no earlier tree to go back to/)
  const good = held()
  publish('2')
  assertDone(await host.run('update'))
  const bad = held()
  assertDone(await host.run('rollback'))
  assert.equal(held(), good)
  assert.match(
    assertDone(await host.run('update')).stderr,
    new RegExp(`still has tree ${bad}, which was turned back from`),
  )
  assert.equal(held(), good)
  assertDone(await host.run('update', '--again'))
  assert.equal(held(), bad)
  assertDone(await host.run('rollback'))
  publish('3')
  assertDone(await host.run('update'))
  assert.ok(![good, bad].includes(held()))
})

test('a fetched tree that somebody has changed is left alone and not taken; it is fetched again beside', async (t) => {
  const { host, publish, held } = siteOf(t)
  publish('1')
  assertDone(await host.run('update'))
  const name = held()
  appendFileSync(join(host.home, 'tree/packages.conf'), '# mine\n')
  assertDone(await host.run('update'))
  assert.equal(held(), `${name}.1`)
  assert.match(readFileSync(join(host.home, 'trees', name, 'packages.conf'), 'utf8'), /# mine/)
  assertRefused(await host.run('rollback'), 1, /there is no earlier tree to go back to/)
  publish('2')
  assertDone(await host.run('fetch'))
  appendFileSync(join(host.home, 'staged/packages.conf'), '# mine\n')
  assertRefused(await host.run('switch'), 1, /has been changed since it was fetched/)
  assert.equal(held(), `${name}.1`)
})

test('two updates in a row keep the tree with which the host was right, and rollback takes it though it was changed', async (t) => {
  const { host, publish, held } = siteOf(t)
  publish('1')
  assertDone(await host.run('update'))
  assertDone(await host.run('run'))
  const good = held()
  for (const version of ['2', '3']) {
    publish(version)
    assertDone(await host.run('update'))
  }
  assert.equal(readlinkSync(join(host.home, 'previous')), `trees/${good}`)
  appendFileSync(join(host.home, 'previous/packages.conf'), '# mine\n')
  assert.match(assertDone(await host.run('rollback')).stderr, /was changed here since it was fetched/)
  assert.equal(held(), good)
})

test('Ctrl-C ends a fetch with what it has started, status 2, and nothing left', async (t) => {
  const { host, publish, held, trees } = siteOf(t)
  publish('1')
  assertDone(await host.run('update'))
  const name = held()
  const started = join(host.directory, 'started')
  host.env['HOSTKEEPER_SOURCE'] = `exec:sleep 1000 & echo $! > ${started}; wait`
  const { child, done } = host.begin('update')
  await until(() => existsSync(started) && readFileSync(started, 'utf8') !== '', 'the source is asked')
  const other = await host.run('update')
  assertRefused(other, 4, /hostkeeper update is under way: process \d+/)
  child.kill('SIGINT')
  assertRefused(await done, 2, /interrupted: hostkeeper update/)
  assert.ok(!isRunning(Number(readFileSync(started, 'utf8'))))
  assert.deepEqual([held(), trees()], [name, [name]])
})

test('switch without a staged tree, or with a tree made by hand, says what to do', async (t) => {
  const { host, publish } = siteOf(t)
  assertRefused(await host.run('switch'), 1, /no tree is staged in .*\n.*hint: fetch one/)
  publish('1')
  writeFiles(join(host.home, 'tree'), { 'hosts.conf': 'DEFAULT: PACKAGES=a\n' })
  assertRefused(
    await host.run('update'),
    1,
    /a directory that somebody made.*\n.*hint: to use the fetched trees, move it away: mv /,
  )
  rmSync(join(host.home, 'tree'), { recursive: true })
  assertDone(await host.run('switch'))
})
