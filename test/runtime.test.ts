/** The one pinned Node: everything that npm runs is run by it, whatever Node the machine has. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, begin } from './harness/run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pinned = JSON.parse(readFileSync(`${root}runtime/package.json`, 'utf8')) as {
  optionalDependencies: Readonly<Record<string, string>>
  sha256: Readonly<Record<string, string>>
}
const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  packages: Readonly<Record<string, { version?: string; os?: string; cpu?: string }>>
}

const ownName = `node-${process.platform}-${process.arch}`
const ownPath = `${root}node_modules/${ownName}/bin/node`
const unlessPinned = pinned.optionalDependencies[ownName] ? false : `no Node is pinned for ${ownName}: NOT tested`

test('one version of Node is pinned for all platforms, and each program of it has a hash', () => {
  const { optionalDependencies, sha256 } = pinned
  assert.equal(new Set(Object.values(optionalDependencies)).size, 1)
  assert.deepEqual(Object.keys(sha256), Object.keys(optionalDependencies))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const entry = lock.packages[`node_modules/${name}`]
    assert.deepEqual(`node-${entry?.os}-${entry?.cpu} ${entry?.version}`, `${name} ${version}`)
  }
})

test('the Node that npm ci brought is the one whose hash is kept', { skip: unlessPinned }, () => {
  const found = createHash('sha256').update(readFileSync(ownPath)).digest('hex')
  assert.equal(found, pinned.sha256[ownName])
})

test('the tests run on the pinned Node', { skip: unlessPinned }, () => {
  assert.equal(realpathSync(process.execPath), realpathSync(ownPath))
  assert.equal(process.version, `v${pinned.optionalDependencies[ownName]}`)
})

test('`npm run` puts the pinned Node before every other one in PATH', { skip: unlessPinned }, async () => {
  const others = (process.env['PATH'] ?? '').split(':').filter((directory) => !directory.endsWith('/node_modules/.bin'))
  const npmRun = begin(['npm', 'run', '--silent', 'env'], {
    cwd: root,
    env: { ...process.env, PATH: others.join(':') },
  })
  const { stdout } = assertDone(await npmRun.done)
  const path = /^PATH=(.*)$/m.exec(stdout)?.[1] ?? ''
  const first = path.split(':').find((directory) => existsSync(`${directory}/node`))
  assert.equal(realpathSync(`${first}/node`), realpathSync(ownPath))
})
