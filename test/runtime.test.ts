/** The one pinned Node: everything that npm runs is run by it, whatever Node the machine has. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { releaseVersion } from '../scripts/build.ts'
import { assertDone, begin } from './harness/run.ts'
import { temporaryDirectory } from './support/files.ts'
import { ran } from './support/tools.ts'

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

/** The words that make this Node pass for an old one. */
function asOldNode(t: TestContext): readonly string[] {
  const path = join(temporaryDirectory(t), 'old.cjs')
  writeFileSync(
    path,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })\n",
  )
  return ['-r', path]
}

test('on a Node that is too old each program says which one it needs, and ends', (t) => {
  const old = asOldNode(t)
  for (const [file, name] of Object.entries({
    main: 'isconf',
    hostkeeper: 'hostkeeper',
    isync: 'isync',
    exech: 'exech',
  })) {
    assert.deepEqual(ran(process.execPath, ...old, `${root}dist/${file}.js`, '--version'), {
      status: 223,
      text: `${name}: error: Node 24 or newer is needed, and ${process.execPath} is 20.19.0
${name}: hint: install a newer Node, or the package for this system, which brings its own
`,
    })
  }
})

test('the scripts of package.json say what is missing: a newer Node, or the libraries', (t) => {
  const check = `${root}scripts/need-node.cjs`
  const { status, text } = ran(process.execPath, ...asOldNode(t), '-r', check, '-e', 'console.log("went on")')
  assert.equal(status, 1)
  assert.match(text, /^isconf: error: Node 24 or newer is needed, and \S+ is 20\.19\.0.*\nisconf: hint: .*\n$/)
  assert.equal(ran(process.execPath, '-r', check, '-e', 'console.log("went on")').text, 'went on\n')

  const copy = temporaryDirectory(t)
  mkdirSync(join(copy, 'scripts'))
  cpSync(check, join(copy, 'scripts/need-node.cjs'))
  cpSync(`${root}runtime`, join(copy, 'runtime'), { recursive: true })
  assert.deepEqual(ran(process.execPath, '-r', join(copy, 'scripts/need-node.cjs'), '-e', ''), {
    status: 1,
    text: 'isconf: error: the libraries are not installed\nisconf: hint: run: npm ci\n',
  })
})

test('every script of package.json asks first whether this Node will do', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> }
  for (const [name, line] of Object.entries(scripts))
    assert.match(line, /^(node (-r \.\/)?scripts\/need-node\.cjs|npm run build$)/, name)
})

test('a program keeps what Node compiles in a directory that only its user can reach, and does without any other', (t) => {
  const dist = join(temporaryDirectory(t), 'dist')
  const isUsed = (path: string): boolean => !/\/(node_modules|compiled)$/.test(path)
  cpSync(`${root}dist`, dist, { recursive: true, filter: isUsed })
  const compiled = join(dist, 'compiled')
  const kept = (): readonly string[] =>
    readdirSync(compiled, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  const works = (): void =>
    assert.deepEqual(ran(process.execPath, join(dist, 'isync.js'), '--version'), {
      status: 0,
      text: `isync ${releaseVersion()}\n`,
    })
  works()
  assert.equal(statSync(compiled).mode & 0o777, 0o700)
  assert.ok(kept().length > 0)
  // Whatever has become of it, the program is the same.
  for (const path of kept()) truncateSync(path, 100)
  works()
  for (const path of kept()) writeFileSync(path, 'x'.repeat(10_000))
  works()
  const asPlanted: (() => void)[] = [
    () => mkdirSync(compiled, { mode: 0o755 }),
    () => symlinkSync(temporaryDirectory(t), compiled),
  ]
  if (process.geteuid?.() === 0)
    asPlanted.push(() => {
      mkdirSync(compiled, { mode: 0o700 })
      chownSync(compiled, 1, 1)
    })
  for (const plant of asPlanted) {
    rmSync(compiled, { recursive: true })
    plant()
    works()
    assert.deepEqual(kept(), [])
  }
})
