/** What must hold for the repository as a whole. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bundle, packagesAtStart } from '../scripts/build.ts'
import { changeNotes } from '../scripts/change-notes.ts'
import { errorsPage } from '../scripts/errors-doc.ts'
import { errorKinds } from '../src/base/index.ts'
import { ran } from './support/tools.ts'

const readText = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const filesBelow = (directory: string): readonly string[] =>
  readdirSync(new URL(`../${directory}`, import.meta.url), { recursive: true, encoding: 'utf8' }).map(
    (name) => `${directory}/${name}`,
  )

test('every change note begins with what a user will notice, and the list with what may have to be done', () => {
  const notes = changeNotes()
  assert.deepEqual([...new Set(notes.map(({ kind }) => kind))], ['Change', 'Add', 'Fix'])
  const subjects = notes.map(({ subject }) => subject)
  assert.deepEqual([...new Set(subjects)], subjects)
})

test('package-lock.json names no download address', () => {
  assert.doesNotMatch(readText('package-lock.json'), /"resolved": "https?:/)
})

test('package-lock.json has a checksum for every package, whatever platform it is for', () => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { integrity?: string; link?: boolean }>
  }
  const fetched = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)
  assert.ok(fetched.length > 100)
  // npm view NAME@VERSION dist.integrity says it.
  assert.deepEqual(
    fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
    [],
  )
})

test('package-lock.json has an entry for every optional library, so that npm ci need not ask for it', () => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  assert.deepEqual(
    wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined),
    [],
  )
})

test('docs/errors.md is the table of failures', () => {
  assert.equal(readText('docs/errors.md'), errorsPage())
})

const sources = filesBelow('src')
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'src/base/errors.ts')
  .map(readText)

// UNEXPECTED is what toIsconfError() makes of everything that has no code; NODE_TOO_OLD is said by src/launcher.js.
for (const code of Object.keys(errorKinds).filter((one) => one !== 'UNEXPECTED' && one !== 'NODE_TOO_OLD')) {
  test(`the failure ${code} can happen`, () => {
    assert.ok(
      sources.some((source) => source.includes(`'${code}'`)),
      `nothing in src throws ${code}`,
    )
  })
}

test('isconf loads no library when it starts', async () => {
  const { metafile } = await bundle()
  // Each would be milliseconds on every command; commander is loaded for the words that are not plain.
  assert.deepEqual(packagesAtStart(metafile), [])
})

test('what few runs need of Node is loaded at its first use, also by libraries', () => {
  // A daemon with a network process speaks no TLS and no HTTP/2, which take 3 MB.
  for (const module of ['tls', 'http2', 'https', 'dns', 'zlib', 'dgram'])
    for (const name of filesBelow('dist').filter((path) => /^dist\/(main|network-process)-.*\.js$/.test(path)))
      assert.doesNotMatch(
        readText(name),
        new RegExp(`require\\)?\\("node:${module}"\\)`),
        `${name} loads node:${module}`,
      )
})

test('the network process has no more of zod than zod/mini', () => {
  const [text = ''] = filesBelow('dist')
    .filter((path) => /^dist\/network-process-[A-Z0-9]{8}\.js$/.test(path))
    .map(readText)
  const has = (name: string): boolean => text.includes(`"${name}"`)
  // Of its 15 MB the whole of zod would be two.
  assert.deepEqual([has('ZodMiniString'), has('ZodString')], [true, false])
})

/** What each program prints when its version is asked for and `script` is loaded before it. */
function saidAtStart(script: string): readonly string[] {
  return ['main', 'hostkeeper', 'isync', 'exech'].map((name) => {
    const path = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
    return ran(process.execPath, `--import=data:text/javascript,${script}`, path, '--version').text
  })
}

test('no program loads what fetch consists of when it starts', () => {
  // An import of node:http as a whole reads every name that it exports, WebSocket among them: 40 ms of CPU.
  const tellLoaded =
    "process.on('exit', () => console.log(process.moduleLoadList.filter((name) => /undici/.test(name))))"
  for (const text of saidAtStart(tellLoaded)) assert.match(text, /^\w+ \S+\n\[\]\n$/)
})

test('no program leaves SIGUSR1 to Node, which would open its debugger', () => {
  const tellListeners = "process.on('exit', () => console.log(process.listenerCount('SIGUSR1')))"
  for (const text of saidAtStart(tellListeners)) assert.match(text, /^\w+ \S+\n1\n$/)
})
