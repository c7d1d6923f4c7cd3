/** The npm package: packed, installed for all users, without a network. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, begin, Lab, type LabHost, program } from './harness/lab.ts'
import { temporaryDirectory } from './support/files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
  man: readonly string[]
  dependencies?: unknown
}

/** Installs the packed package below a prefix of its own, which it gives. */
async function installed(t: TestContext): Promise<string> {
  assert.ok(existsSync(program), `${program} is not there: npm run build`)
  const directory = temporaryDirectory(t)
  const [tarballs, prefix, cache] = ['tarballs', 'prefix', 'cache'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(tarballs)
  const env = { ...process.env, npm_config_cache: cache, npm_config_update_notifier: 'false' }
  const npm = (...words: readonly string[]) => begin(['npm', '--offline', ...words], { cwd: root, env }).done
  // The bundle is there; its build must not change it under other tests.
  assertDone(await npm('pack', '--ignore-scripts', '--pack-destination', tarballs))
  const [tarball = ''] = readdirSync(tarballs)
  assertDone(await npm('install', '-g', '--prefix', prefix, join(tarballs, tarball)))
  return prefix
}

test('npm install -g of the packed tarball gives a program that works, with its manual pages and completions', async (t) => {
  assert.equal(manifest.dependencies, undefined)
  const prefix = await installed(t)
  const command = join(prefix, 'bin/isconf')
  const { stdout } = assertDone(await begin([command, '-V'], {}).done)
  assert.equal(stdout, `isconf ${manifest.version}\n`)
  for (const path of manifest.man) {
    const name = path.replace('man/', '')
    const page = join(prefix, `share/man/man${name.slice(-1)}/${name}`)
    assert.ok(existsSync(realpathSync(page)), page)
  }
  const files = join(prefix, 'lib/node_modules/isconf')
  for (const path of [
    'completion/isconf.bash',
    'completion/_isconf',
    'completion/isconf.fish',
    'packaging/isconf.service',
  ])
    assert.ok(existsSync(join(files, path)), path)
  assert.deepEqual(readdirSync(files).sort(), [
    'LICENSE',
    'README.md',
    'completion',
    'dist',
    'examples',
    'man',
    'package.json',
    'packaging',
  ])

  const lab = await Lab.of(t, 'alder')
  const alder = lab.hosts[0] as LabHost
  const type = (...words: readonly string[]) =>
    begin([command, '-c', alder.mainCfPath, ...words], { cwd: alder.path('tmp'), env: alder.variables() }).done
  for (const words of [['start'], ['lock', 'try it'], ['exec', 'touch', 'made'], ['ci'], ['stop']])
    assertDone(await type(...words))
  assert.ok(alder.has('tmp/made'))
})

test('README tells how to install', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8')
  for (const words of ['npm install -g', 'dpkg -i', 'isconf init']) assert.ok(text.includes(words), words)
})
