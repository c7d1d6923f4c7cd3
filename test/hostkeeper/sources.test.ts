/** Every kind of source, with a real server of its kind. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sha256Hex } from '../../src/base/index.ts'
import { assertDone, assertNoTrace, type Run } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { testWith, unlessThere } from '../support/tools.ts'
import { gitDaemon, rsyncDaemon, tlsServer, webServer } from './servers.ts'
import { type TreeHost, treeHost, writeFiles } from './tree-host.ts'

const makeTest = testWith('make')

const files = {
  'hosts.conf': 'DEFAULT: PACKAGES=Block00\n',
  'packages.conf': 'Block00:\n\ttouch $@\n',
  'bin/hello': '#!/bin/sh\necho hello\n',
  'files/etc/motd': 'hello\n',
}

interface Site {
  readonly host: TreeHost
  /** The tree as the server has it. */
  readonly tree: string
  /** What the servers give out lies here. */
  readonly served: string
}

function siteOf(t: TestContext): Site {
  const host = treeHost(t)
  const served = join(host.directory, 'served')
  const tree = join(served, 'tree')
  writeFiles(tree, files)
  symlinkSync('/usr/share/zoneinfo/UTC', join(tree, 'files/etc/localtime'))
  return { host, tree, served }
}

/** Fetches and switches; the tree must be the one that the server has. */
async function assertFetched({ host, tree }: Site, address: string): Promise<Run> {
  host.env['HOSTKEEPER_SOURCE'] = address
  const run = assertDone(await host.run('update'))
  const held = join(host.home, 'tree')
  assert.equal(spawnSync('diff', ['-r', '--no-dereference', tree, held], { encoding: 'utf8' }).stdout, '')
  assert.equal(lstatSync(join(held, 'bin/hello')).mode & 0o777, 0o755)
  assert.deepEqual(
    namesIn(join(host.home, 'trees')).filter((name) => name.startsWith('.')),
    [],
  )
  return run
}

async function assertNotFetched({ host }: Site, address: string, status: number, ...words: RegExp[]): Promise<Run> {
  host.env['HOSTKEEPER_SOURCE'] = address
  const run = await host.run('fetch')
  assert.equal(run.status, status, run.stderr)
  assertNoTrace(run)
  for (const word of words) assert.match(run.stderr, word)
  assert.ok(!existsSync(join(host.home, 'staged')))
  if (existsSync(join(host.home, 'trees'))) assert.deepEqual(namesIn(join(host.home, 'trees')), [])
  return run
}

const insecureHint = /HOSTKEEPER_INSECURE=yes/
const saidInsecure = /anybody on the way could have changed the tree of .* \(HOSTKEEPER_INSECURE\)/

const git = (...words: readonly string[]): string => {
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', HOME: '/nonexistent' }
  const own = ['-c', 'user.name=luke', '-c', 'user.email=luke@example.com', '-c', 'init.defaultBranch=main']
  const { status, stdout, stderr } = spawnSync('git', [...own, '-c', 'safe.directory=*', ...words], {
    encoding: 'utf8',
    env,
  })
  assert.equal(status, 0, stderr)
  return stdout.trim()
}

/** A bare repository with the tree as its branch main; its tag is v1. */
function repositoryOf({ tree, served }: Site): string {
  const bare = join(served, 'tree.git')
  git('init', '--quiet', '--bare', bare)
  git('init', '--quiet', tree)
  git('-C', tree, 'add', '.')
  git('-C', tree, 'commit', '--quiet', '--message=first')
  git('-C', tree, 'tag', 'v1')
  git('-C', tree, 'push', '--quiet', '--tags', bare, 'HEAD:main')
  spawnSync('rm', ['-rf', join(tree, '.git')])
  return bare
}

/** An archive of the tree in the served directory; its SHA-256. */
function archiveOf({ tree, served }: Site, name = 'tree.tar.gz', ...words: readonly string[]): string {
  const path = join(served, name)
  const { status, stderr } = spawnSync('tar', ['-czf', path, ...words, '-C', tree, '.'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return sha256Hex(readFileSync(path))
}

makeTest('a directory is copied, without what version control keeps in it, by path and by file://', async (t) => {
  const site = siteOf(t)
  await assertFetched(site, site.tree)
  mkdirSync(join(site.tree, '.git'))
  writeFileSync(join(site.tree, '.git/HEAD'), 'ref: refs/heads/main\n')
  site.host.env['HOSTKEEPER_SOURCE'] = `file://${site.tree}`
  const { stderr } = assertDone(await site.host.run('update'))
  assert.match(stderr, /tree [0-9a-f]{16} holds already/)
  await assertNotFetchedButHeld(site, '/nonexistent', /\/nonexistent: no such directory/)
})

async function assertNotFetchedButHeld({ host }: Site, address: string, word: RegExp): Promise<void> {
  const before = namesIn(join(host.home, 'trees'))
  host.env['HOSTKEEPER_SOURCE'] = address
  const run = await host.run('update')
  assert.equal(run.status, 1)
  assert.match(run.stderr, word)
  assert.match(run.stderr, /hint: the current tree is unchanged/)
  assert.deepEqual(namesIn(join(host.home, 'trees')), before)
}

test('an rsync daemon gives a tree', { skip: unlessThere('make', 'rsync') }, async (t) => {
  const site = siteOf(t)
  const port = await rsyncDaemon(t, site.host.directory, site.served)
  await assertNotFetched(site, `rsync://127.0.0.1:${port}/trees/tree`, 22, /anybody on the way .* rsync/, insecureHint)
  site.host.env['HOSTKEEPER_INSECURE'] = 'yes'
  const { stderr } = await assertFetched(site, `rsync://127.0.0.1:${port}/trees/tree`)
  assert.match(stderr, saidInsecure)
  assert.match((await site.host.run('run', '-n')).stderr, saidInsecure)
  await assertNotFetchedButHeld(
    site,
    `rsync://127.0.0.1:${port}/trees/other`,
    /rsync ended with status 23: .*No such file/,
  )
})

test('rsync fetches by a remote shell from HOST:PATH', { skip: unlessThere('make', 'rsync') }, async (t) => {
  const site = siteOf(t)
  // Stands for ssh: the host's name, then the command for it.
  const shell = join(site.host.directory, 'remote-shell')
  writeFileSync(shell, `#!/bin/sh\necho "$1" > ${site.host.directory}/asked\nshift\nexec "$@"\n`)
  chmodSync(shell, 0o755)
  site.host.env['RSYNC_RSH'] = shell
  await assertFetched(site, `rsync:alder:${site.tree}`)
  assert.equal(readFileSync(join(site.host.directory, 'asked'), 'utf8'), 'alder\n')
})

test('a git daemon gives a branch, a tag or a commit', { skip: unlessThere('make', 'git') }, async (t) => {
  const site = siteOf(t)
  const bare = repositoryOf(site)
  const port = await gitDaemon(t, site.served)
  const address = `git://127.0.0.1:${port}/tree.git`
  await assertNotFetched(site, address, 22, /anybody on the way .* git/, insecureHint)
  site.host.env['HOSTKEEPER_INSECURE'] = 'yes'
  await assertFetched(site, address)
  for (const ref of ['main', 'v1', git('-C', bare, 'rev-parse', 'v1')]) {
    assert.match((await assertFetched(site, `${address}#${ref}`)).stderr, /holds already/)
  }
  await assertFetched(site, `git+file://${bare}#main`)
  await assertNotFetchedButHeld(site, `${address}#v2`, /git ended with status 128: .*v2/)
})

test('with a key nothing is taken that is not signed, whatever kind of source it is from', async (t) => {
  const site = siteOf(t)
  Object.assign(site.host.env, { HOSTKEEPER_KEY: '/nonexistent/key', HOSTKEEPER_INSECURE: 'yes' })
  for (const address of [site.tree, `exec:cp -R ${site.tree}/. .`, 'git://127.0.0.1/x', 'isconf:/srv/tree'])
    await assertNotFetched(site, address, 22, /HOSTKEEPER_KEY is set, and nothing is signed there/)
})

makeTest('a command fills the directory that it is started in', async (t) => {
  const site = siteOf(t)
  await assertFetched(site, `exec:cp -R ${site.tree}/. "$1" && test "$PWD" = "$1" && test -n "$ISCONFDIR"`)
})

test('a command that fails, or says nothing for too long, is told with its last words and without its arguments', async (t) => {
  const site = siteOf(t)
  const failed = await assertNotFetched(
    site,
    'exec:sup --password=secret; echo no such collection >&2; exit 3',
    1,
    /\/bin\/sh ended with status 3: .*no such collection/,
  )
  assert.doesNotMatch(failed.stderr, /secret/)
  site.host.env['HOSTKEEPER_TIMEOUT'] = '1'
  // It says something for longer than that first.
  const talking = 'for second in 1 2 3; do echo $second; sleep 0.6; done'
  await assertNotFetched(site, `exec:${talking}; sleep 1000`, 1, /\/bin\/sh said nothing for 1 seconds: 1 \/ 2 \/ 3/)
})

makeTest(
  'a command that leaves a daemon with its output behind has ended, and a silent one is ended with it',
  async (t) => {
    const site = siteOf(t)
    site.host.env['HOSTKEEPER_TIMEOUT'] = '1'
    const daemon = join(site.host.directory, 'daemon')
    const leave = `setsid sh -c 'echo $$ >> ${daemon}; exec sleep 200' &`
    try {
      await assertNotFetched(site, `exec:${leave} sleep 200`, 1, /said nothing for 1 seconds/)
      await assertFetched(site, `exec:${leave} cp -R ${site.tree}/. "$1"`)
    } finally {
      for (const pid of readFileSync(daemon, 'utf8').trim().split('\n')) spawnSync('kill', [pid])
    }
  },
)

makeTest('a web server gives an archive with the checksum in its address', async (t) => {
  const site = siteOf(t)
  const address = await webServer(t, site.served)
  const sum = archiveOf(site)
  const wrong = '0'.repeat(64)
  await assertNotFetched(
    site,
    `${address}/tree.tar.gz#sha256=${wrong}`,
    1,
    new RegExp(`its SHA-256 is ${sum}, not ${wrong}`),
  )
  await assertNotFetched(site, `${address}/tree.tar.gz`, 22, /anybody on the way could change what is sent by http/)
  await assertNotFetched(site, `${address}/none.tar.gz#sha256=${sum}`, 1, /the server answers 404 Not Found/)
  await assertFetched(site, `${address}/tree.tar.gz#sha256=${sum}`)
})

makeTest('an archive whose members are in one directory is that directory', async (t) => {
  const site = siteOf(t)
  const address = await webServer(t, site.served)
  const sum = archiveOf(site, 'tree.tar.gz', '--transform=flags=r;s,^\\.,tree-1.0,')
  await assertFetched(site, `${address}/tree.tar.gz#sha256=${sum}`)
})

test('a signed archive counts by http, and no other', { skip: unlessThere('make', 'openssl') }, async (t) => {
  const site = siteOf(t)
  const { host, served } = site
  const address = await webServer(t, served)
  archiveOf(site)
  for (const name of ['good', 'other']) keyPair(host.directory, name)
  host.env['HOSTKEEPER_KEY'] = join(host.directory, 'good.pub')
  await assertNotFetched(site, `${address}/tree.tar.gz`, 1, /tree\.tar\.gz\.sig: the server answers 404/)
  sign(host.directory, 'other', join(served, 'tree.tar.gz'))
  await assertNotFetched(site, `${address}/tree.tar.gz`, 1, /is not signed by the key in .*good\.pub/)
  sign(host.directory, 'good', join(served, 'tree.tar.gz'))
  await assertFetched(site, `${address}/tree.tar.gz`)
})

function keyPair(directory: string, name: string): void {
  const key = join(directory, `${name}.key`)
  spawnSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key])
  spawnSync('openssl', ['pkey', '-in', key, '-pubout', '-out', join(directory, `${name}.pub`)])
}

function sign(directory: string, name: string, path: string): void {
  const words = ['-sign', '-rawin', '-inkey', join(directory, `${name}.key`), '-in', path, '-out', `${path}.sig`]
  assert.equal(spawnSync('openssl', ['pkeyutl', ...words]).status, 0)
}

test('https vouches for an archive and is not left; names and passwords go to their server and nowhere else', {
  skip: unlessThere('make', 'openssl'),
}, async (t) => {
  const site = siteOf(t)
  archiveOf(site)
  const asked: (string | undefined)[] = []
  const plain = await webServer(t, site.served)
  const { address, certificate } = await tlsServer(t, site.served, site.host.directory, (request, response) => {
    asked.push(request.headers.authorization)
    if (request.url?.startsWith('/away.tar.gz')) {
      response.writeHead(302, { location: `${plain}/tree.tar.gz` }).end()
    } else response.end(readFileSync(join(site.served, 'tree.tar.gz')))
  })
  const withPassword = address.replace('//', '//luke:s%40ecret@')
  await assertNotFetched(site, `${withPassword}/tree.tar.gz`, 1, /certificate/)
  site.host.env['NODE_EXTRA_CA_CERTS'] = certificate
  const away = await assertNotFetched(
    site,
    `${withPassword}/away.tar.gz?token=abc`,
    1,
    /redirects to http:.*which is not https/,
  )
  assert.doesNotMatch(away.stderr, /luke|ecret|abc/)
  const { stderr } = await assertFetched(site, `${withPassword}/tree.tar.gz`)
  assert.doesNotMatch(stderr, /luke|ecret/)
  assert.equal(asked.at(-1), `Basic ${Buffer.from('luke:s@ecret').toString('base64')}`)
})

test('a server that says nothing is not waited for', async (t) => {
  const site = siteOf(t)
  site.host.env['HOSTKEEPER_TIMEOUT'] = '1'
  const address = await webServer(t, site.served, (request, response) => {
    if (request.url === '/half.tar.gz') response.write('half')
  })
  const sum = '0'.repeat(64)
  for (const name of ['half', 'none'])
    await assertNotFetched(site, `${address}/${name}.tar.gz#sha256=${sum}`, 1, /the server said nothing for 1 seconds/)
})

test('an archive that leaves its directory, is damaged, or holds a device is refused', async (t) => {
  const site = siteOf(t)
  const { host, served } = site
  const address = await webServer(t, served)
  const outside = join(host.directory, 'outside')
  const fetchOf = (sum: string, word: RegExp): Promise<Run> =>
    assertNotFetched(site, `${address}/bad.tar.gz#sha256=${sum}`, 1, word)
  await fetchOf(
    archiveOf(site, 'bad.tar.gz', '--transform=flags=r;s,^./bin/hello,../hello,'),
    /tar ended with status 2: .*Member name contains '\.\.'/,
  )
  symlinkSync(host.directory, join(site.tree, 'link'))
  await fetchOf(archiveOf(site, 'bad.tar.gz'), /link: the link leads out of the tree, to \//)
  // Through the link, to a place outside.
  writeFiles(host.directory, { 'under/link/outside': 'x' })
  spawnSync('tar', ['-cf', join(served, 'bad.tar'), '-C', site.tree, 'link'])
  spawnSync('tar', ['-rf', join(served, 'bad.tar'), '-C', join(host.directory, 'under'), 'link/outside'])
  writeFileSync(join(served, 'bad.tar.gz'), spawnSync('gzip', ['-c', join(served, 'bad.tar')]).stdout)
  await fetchOf(sha256Hex(readFileSync(join(served, 'bad.tar.gz'))), /tar ended with status 2|cannot be used/)
  assert.ok(!existsSync(outside))
  const cut = readFileSync(join(served, 'bad.tar.gz')).subarray(0, 100)
  writeFileSync(join(served, 'bad.tar.gz'), cut)
  await fetchOf(sha256Hex(cut), /tar ended with status 2: .*(unexpected end of file|Unexpected EOF)/)
})

test('an archive with an absolute name writes nothing there', { skip: unlessThere('make') }, async (t) => {
  const site = siteOf(t)
  const outside = join(site.host.directory, 'outside')
  const sum = archiveOf(site, 'tree.tar.gz', '-P', `--transform=flags=r;s,^./bin/hello,${outside},`)
  site.host.env['HOSTKEEPER_SOURCE'] = `${await webServer(t, site.served)}/tree.tar.gz#sha256=${sum}`
  assertDone(await site.host.run('update'))
  assert.ok(!existsSync(outside))
  assert.ok(existsSync(join(site.host.home, 'tree', outside)))
})

test('a channel names the archive that is fetched, with its checksum', {
  skip: unlessThere('make', 'openssl'),
}, async (t) => {
  const site = siteOf(t)
  const { host, served } = site
  const sum = archiveOf(site, 'site-1.tar.gz')
  writeFileSync(join(served, 'stable'), `${sum}  site-1.tar.gz\n`)
  const address = await webServer(t, served)
  await assertNotFetched(site, `${address}/stable`, 22, /anybody on the way/)
  const { address: safe, certificate } = await tlsServer(t, served, host.directory)
  host.env['NODE_EXTRA_CA_CERTS'] = certificate
  await assertFetched(site, `${safe}/stable`)
  // By http it must be signed; the archive need not be, for the channel has its checksum.
  keyPair(host.directory, 'good')
  host.env['HOSTKEEPER_KEY'] = join(host.directory, 'good.pub')
  sign(host.directory, 'good', join(served, 'stable'))
  assert.match((await assertFetched(site, `${address}/stable`)).stderr, /holds already/)
  writeFileSync(join(served, 'stable'), `${sum}  ../site-1.tar.gz\n`)
  sign(host.directory, 'good', join(served, 'stable'))
  await assertNotFetchedButHeld(site, `${address}/stable`, /neither an archive by its name .* nor a channel/)
})

test('all that is wrong with a tree is told, and it is not staged', async (t) => {
  const site = siteOf(t)
  writeFileSync(join(site.tree, 'hosts.conf'), 'DEFAULT: PACKAGES="Block00\n')
  spawnSync('rm', [join(site.tree, 'packages.conf')])
  await assertNotFetched(
    site,
    site.tree.replace(/^/, 'exec:cp -R ').concat('/. .'),
    1,
    /\n {2}packages\.conf: no such file\n/,
    /\n {2}hosts\.conf:1: a double quote .*is not closed/,
  )
})

test('a tree with what is neither a file, a directory nor a link is refused unread', async (t) => {
  const site = siteOf(t)
  const fill = `cp -R ${site.tree}/. . && rm hosts.conf && mkfifo hosts.conf`
  await assertNotFetched(site, `exec:${fill}`, 1, /\n {2}hosts\.conf: neither a file, a directory nor a link\n/)
})

test('an address that is none is refused with status 22, and no source set is told', async (t) => {
  const site = siteOf(t)
  for (const address of ['nowhere', 'ftp://luke:secret@example.com/', 'git://example.com/tree.git#-x', 'file:tree']) {
    const { stderr } = await assertNotFetched(site, address, 22)
    assert.doesNotMatch(stderr, /secret/)
  }
  await assertNotFetched(site, '', 22, /HOSTKEEPER_SOURCE is not set/)
})
