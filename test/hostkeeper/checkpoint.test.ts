/** Checkpoints: built, published, and followed by a host through a channel. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertDone, assertNoTrace, type Run } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { testWith, unlessThere } from '../support/tools.ts'
import { rsyncDaemon, webServer } from './servers.ts'
import { type TreeHost, treeHost, writeFiles } from './tree-host.ts'

const makeTest = testWith('make')

interface Site {
  readonly host: TreeHost
  readonly tree: string
  readonly built: string
  readonly published: string
  /** Changes the tree and builds; the archive's path. */
  build(version: string, ...words: readonly string[]): Promise<string>
}

function siteOf(t: TestContext): Site {
  const host = treeHost(t)
  const [tree = '', built = '', published = ''] = ['tree', 'built', 'published'].map((name) =>
    join(host.directory, name),
  )
  for (const directory of [tree, built, published]) mkdirSync(directory)
  const build = async (version: string, ...words: readonly string[]): Promise<string> => {
    writeFiles(tree, { 'hosts.conf': `DEFAULT: PACKAGES=a VERSION=${version}\n`, 'packages.conf': 'a:\n\ttouch $@\n' })
    writeFiles(tree, { '.git/HEAD': version })
    const { stdout } = assertDone(await host.run('checkpoint', 'build', ...words, tree, built))
    return stdout.trim()
  }
  return { host, tree, built, published, build }
}

function assertRefused(run: Run, status: number, word: RegExp): void {
  assert.equal(run.status, status, run.stderr)
  assertNoTrace(run)
  assert.match(run.stderr, word)
}

makeTest('the same tree makes the same checkpoint, named by its content, and a bad one makes none', async (t) => {
  const { host, tree, built, build } = siteOf(t)
  const first = await build('1', '--name', 'site')
  assert.match(basename(first), /^site-[0-9a-f]{16}\.tar\.gz$/)
  const bytes = readFileSync(first)
  utimesSync(join(tree, 'hosts.conf'), 1, 1)
  assert.equal(await build('1', '--name', 'site'), first)
  assert.ok(readFileSync(first).equals(bytes))
  assert.equal(spawnSync('sha256sum', ['--check', `${basename(first)}.sha256`], { cwd: built }).status, 0)
  // The tree is called as a host calls it that fetches it.
  host.env['HOSTKEEPER_SOURCE'] = tree
  assertDone(await host.run('fetch'))
  assert.ok(first.endsWith(`${namesIn(join(host.home, 'trees'))[0]}.tar.gz`))
  const before = namesIn(built)
  writeFileSync(join(tree, 'hosts.conf'), 'DEFAULT: "\n')
  assertRefused(await host.run('checkpoint', 'build', tree, built), 1, /hosts\.conf:1: a double quote .*is not closed/)
  assert.deepEqual(namesIn(built), before)
  appendFileSync(first, 'x')
  writeFiles(tree, { 'hosts.conf': 'DEFAULT: PACKAGES=a VERSION=1\n' })
  assertRefused(
    await host.run('checkpoint', 'build', '--name', 'site', tree, built),
    1,
    /already exists with other content/,
  )
})

makeTest('a checkpoint that is published is never replaced', async (t) => {
  const { host, published, build } = siteOf(t)
  const archive = await build('1')
  assert.match(assertDone(await host.run('checkpoint', 'push', archive, published)).stderr, /published in/)
  assert.deepEqual(namesIn(published), [basename(archive), `${basename(archive)}.sha256`])
  assert.match(assertDone(await host.run('checkpoint', 'push', archive, published)).stderr, /has it already/)
  appendFileSync(archive, 'x')
  assertRefused(await host.run('checkpoint', 'push', archive, published), 1, /already has a different/)
})

test('rsync publishes checkpoints and channels as a directory does', {
  skip: unlessThere('make', 'rsync'),
}, async (t) => {
  const { host, published, build } = siteOf(t)
  const port = await rsyncDaemon(t, host.directory, published)
  const to = `rsync://127.0.0.1:${port}/trees`
  const archive = await build('1')
  for (const word of [/published in/, /has it already/])
    assert.match(assertDone(await host.run('checkpoint', 'push', archive, to)).stderr, word)
  assertDone(await host.run('checkpoint', 'tag', 'testing', basename(archive), to))
  assert.deepEqual(namesIn(published), ['testing', basename(archive), `${basename(archive)}.sha256`])
  appendFileSync(archive, 'x')
  assertRefused(await host.run('checkpoint', 'push', archive, to), 1, /already has a different/)
})

makeTest('a channel is moved only with --move, and only to what is published whole', async (t) => {
  const { host, published, build } = siteOf(t)
  const archives = [await build('1'), await build('2')] as const
  const [first, second] = archives.map((path) => basename(path, '.tar.gz')) as [string, string]
  const tag = (...words: readonly string[]): Promise<Run> => host.run('checkpoint', 'tag', ...words, published)
  assertRefused(await tag('stable', first), 2, /has no tree-.*\.tar\.gz/)
  for (const archive of archives) assertDone(await host.run('checkpoint', 'push', archive, published))
  assertDone(await tag('stable', first))
  assertDone(await tag('stable', first))
  assertRefused(await tag('stable', second), 1, /the channel stable of .* points to tree-/)
  assert.match(readFileSync(join(published, 'stable'), 'utf8'), new RegExp(`  ${first}.tar.gz\n# number 1\n$`))
  const { stderr } = assertDone(await tag('--move', 'stable', second))
  assert.match(stderr, new RegExp(`stable is ${second}.tar.gz, and was ${first}.tar.gz`))
  appendFileSync(join(published, `${first}.tar.gz`), 'x')
  assertRefused(await tag('--move', 'stable', first), 1, /is not what .*\.sha256 says/)
  assertRefused(await tag('--move', 'sta/ble', first), 22, /CHANNEL takes letters/)
  assertRefused(await tag('--move', `${first}.tar.gz`, second), 22, /CHANNEL takes letters/)
})

test('a host follows a signed channel, forward and back', { skip: unlessThere('make', 'openssl') }, async (t) => {
  const { host, published, build } = siteOf(t)
  const key = join(host.directory, 'site.key')
  spawnSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key])
  spawnSync('openssl', ['pkey', '-in', key, '-pubout', '-out', `${key}.pub`])
  const archives = [await build('1', '--key', key), await build('2', '--key', key)]
  for (const archive of archives) assertDone(await host.run('checkpoint', 'push', archive, published))
  const address = await webServer(t, published)
  Object.assign(host.env, { HOSTKEEPER_SOURCE: `${address}/stable`, HOSTKEEPER_KEY: `${key}.pub` })
  const [channel, old] = [join(published, 'stable'), join(host.directory, 'old')]
  for (const [index, version] of [
    [0, '1'],
    [1, '2'],
    [0, '1'],
  ] as const) {
    const name = basename(archives[index] ?? '')
    assertDone(await host.run('checkpoint', 'tag', '--move', '--key', key, 'stable', name, published))
    assertDone(await host.run('update'))
    assert.match(readFileSync(join(host.home, 'tree/hosts.conf'), 'utf8'), new RegExp(`VERSION=${version}`))
    if (version === '1' && !existsSync(old)) for (const end of ['', '.sig']) copyFileSync(channel + end, old + end)
  }
  // Signed, true, and old: somebody has put it back.
  assertDone(
    await host.run('checkpoint', 'tag', '--move', '--key', key, 'stable', basename(archives[1] ?? ''), published),
  )
  assertDone(await host.run('update'))
  for (const end of ['', '.sig']) copyFileSync(old + end, channel + end)
  assertRefused(await host.run('update'), 1, /the channel has number 1, and this host has seen 4\n.*fetch --again/s)
  assert.match(readFileSync(join(host.home, 'tree/hosts.conf'), 'utf8'), /VERSION=2/)
  assertDone(await host.run('update', '--again'))
  assert.match(readFileSync(join(host.home, 'tree/hosts.conf'), 'utf8'), /VERSION=1/)
  // An archive by its own name is signed, too.
  host.env['HOSTKEEPER_SOURCE'] = `${address}/${basename(archives[1] ?? '')}`
  assertDone(await host.run('update'))
  assert.ok(!existsSync(join(host.home, 'tree/.git')))
})

test('checkpoint tells what it takes', async (t) => {
  const { host } = siteOf(t)
  assertRefused(await host.run('checkpoint'), 22, /takes build, push or tag/)
  assertRefused(await host.run('checkpoint', 'push', 'a'), 22, /hostkeeper checkpoint push: no destination given/)
  assertRefused(await host.run('checkpoint', 'push', 'a.txt', '/tmp'), 22, /not the name of a checkpoint: "a\.txt"/)
  assertRefused(await host.run('checkpoint', 'push', 'a.tar.gz', '/tmp'), 2, /no such file/)
  assertRefused(await host.run('checkpoint', 'push', 'a.tar.gz', 'http://example.com/'), 22, /a directory or by rsync/)
})
