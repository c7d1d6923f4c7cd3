import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Clock, silentLog } from '../base/index.ts'
import { closedMark } from './closed-mark.io.ts'
import { lookEveryMs, type WatchDeps, watchHmacKeys, watchNets } from './watch.io.ts'

interface Bench {
  readonly path: string
  readonly deps: WatchDeps
  readonly warnings: readonly string[]
  readonly write: (text: string) => void
  /** Lets the time pass after which the file is looked at again. */
  readonly wait: () => void
}

const one = 'one'.padEnd(20, '-')
const two = 'two'.padEnd(21, '-')
const four = 'four'.padEnd(22, '-')

function bench(context: TestContext): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-watch-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'file')
  let nowMs = 0
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => nowMs, after: () => () => undefined }
  const warnings: string[] = []
  return {
    path,
    deps: { clock, log: { ...silentLog, warn: (_facts, message) => warnings.push(message) } },
    warnings,
    write: (text) => writeFileSync(path, text, { mode: 0o600 }),
    wait: () => {
      nowMs += lookEveryMs
    },
  }
}

test('watchHmacKeys() reads new content after a while, not at every question', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write(`${one}\n`)
  const keys = watchHmacKeys(path, true, deps)
  assert.equal(keys().proves, one)
  write(`${two}\n`)
  assert.equal(keys().proves, one)
  wait()
  assert.equal(keys().proves, two)
  write(`${four}\n`)
  keys.expire()
  assert.equal(keys().proves, four, 'at once, when somebody says that it may have changed')
  assert.deepEqual(warnings, [])
})

test('watchHmacKeys() keeps the last good content when the new one is bad, and says so once', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write(`${one}\n`)
  const keys = watchHmacKeys(path, true, deps)
  write(`${two}\nth#ree\n`)
  for (let look = 0; look < 3; look++) {
    wait()
    assert.equal(keys().proves, one)
  }
  assert.deepEqual(warnings, [
    `${path}:2: a key must not hold #; a comment has a line of its own; what was read before stays in effect`,
  ])
  write(`${four}\n`)
  wait()
  assert.equal(keys().proves, four)
})

test('watchHmacKeys() keeps the keys of a file that is gone', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write(`${one}\n`)
  const keys = watchHmacKeys(path, true, deps)
  rmSync(path)
  wait()
  assert.equal(keys().proves, one)
  assert.deepEqual(warnings, [`no such file: ${path}; what was read before stays in effect`])
})

test('watchHmacKeys() keeps the keys when the file can not be looked at, and says so once', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write(`${one}\n`)
  const keys = watchHmacKeys(path, true, deps)
  rmSync(path)
  symlinkSync(path, path)
  for (let look = 0; look < 3; look++) {
    wait()
    assert.equal(keys().proves, one)
  }
  assert.deepEqual(warnings, [`cannot read ${path}: too many symbolic links; what was read before stays in effect`])
})

test('watchHmacKeys() refuses a file that is named and missing, or empty, at the start', (context) => {
  const { path, deps, write } = bench(context)
  assert.throws(() => watchHmacKeys(path, true, deps), {
    code: 'CONFIG',
    message: /^no such file: .* IS_HMAC_KEYS names/,
  })
  write('')
  for (const named of [true, false])
    assert.throws(() => watchHmacKeys(path, named, deps), { code: 'CONFIG', message: /it contains no key$/ })
})

test('watchHmacKeys() keeps the keys of a file that is empty for a moment, and says so until it has some', (context) => {
  const { path, deps, write, wait } = bench(context)
  write(`${one}\n`)
  const keys = watchHmacKeys(path, true, deps)
  write('')
  wait()
  const said = `${path}: it contains no key; what was read before stays in effect`
  assert.deepEqual([keys().accepts, keys.warnings()], [[one], [said]])
  write('+ANY+\n')
  wait()
  assert.deepEqual([keys().accepts, keys().acceptsAny, keys.warnings()], [[], true, []])
})

test('watchHmacKeys() does not start without the file that nobody named and that has closed the domain', (context) => {
  const { path, deps, write } = bench(context)
  const closed = closedMark(dirname(path))
  mkdirSync(join(dirname(path), 'conf'))
  const watch = () => watchHmacKeys(path, false, deps, closed)()
  assert.deepEqual(watch().accepts, [])
  write(`${one}\n`)
  watch()
  rmSync(path)
  assert.throws(watch, { code: 'CONFIG', message: /^no such file: .*, which had the keys of the domain$/ })
  write('+ANY+\n')
  watch()
  rmSync(path)
  assert.deepEqual(watch().accepts, [])
})

test('watchHmacKeys() warns of a file that others can read', (context) => {
  const { path, deps, warnings, write } = bench(context)
  write(`${one}\n`)
  chmodSync(path, 0o644)
  watchHmacKeys(path, true, deps)
  assert.deepEqual(warnings, [`${path} is open to others (mode 644): chmod 600 ${path}`])
})

test('watchHmacKeys() refuses a file that is bad from the start', (context) => {
  const { path, deps, write } = bench(context)
  write('a b\n')
  assert.throws(() => watchHmacKeys(path, true, deps), { code: 'CONFIG' })
})

test('watchHmacKeys() warns of keys that are too short, and shows none', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write(`# a comment\n${one}\n${'k'.repeat(17)}\n`)
  const keys = watchHmacKeys(path, true, deps)
  const said = [`${path}: key 2 has 17 of the 20 characters that a key should have`]
  assert.deepEqual([keys().accepts.length, warnings, keys.warnings()], [2, said, said])
  write(`${one}\n`)
  wait()
  assert.deepEqual([keys().accepts.length, keys.warnings()], [1, []])
})

test('watchHmacKeys() of a file that nobody named is silent while it is not there, and takes it when it comes', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  const keys = watchHmacKeys(path, false, deps)
  assert.deepEqual([keys().accepts, warnings], [[], []])
  write(`${one}\n`)
  wait()
  assert.equal(keys().proves, one)
})

test('watchNets() without a path has nothing', (context) => {
  const { deps } = bench(context)
  assert.deepEqual(watchNets(undefined, 1, deps)().addresses, [])
})

test('watchNets() reads new content, and minds no other readers', (context) => {
  const { path, deps, warnings, write, wait } = bench(context)
  write('alder\n')
  chmodSync(path, 0o644)
  const nets = watchNets(path, 7, deps)
  assert.deepEqual(nets().addresses, [{ host: 'alder', port: 7 }])
  write('alder\nbirch:8\n')
  wait()
  assert.deepEqual(nets().addresses[1], { host: 'birch', port: 8 })
  assert.deepEqual(warnings, [])
})
