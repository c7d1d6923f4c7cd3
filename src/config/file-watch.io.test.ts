/** Files in a directory of the test's own, and the kernel's own events. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../base/index.ts'
import { FileWatch } from './file-watch.io.ts'

interface Watched {
  readonly directory: string
  /** Does something to files, and waits until that was heard. */
  readonly hears: (change: () => void) => Promise<void>
  readonly watch: FileWatch
  /** How long it waits for at most, when nothing happens. */
  readonly restMs: () => number | undefined
  /** Lets that time pass; whether it says that something has changed. */
  readonly saysAfterRest: () => boolean
}

function watched(context: TestContext, prepare: (directory: string) => void, ...names: readonly string[]): Watched {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-file-watch-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  prepare(directory)
  let heard: () => void = () => undefined
  const waits = new Map<object, { readonly delayMs: number; readonly run: () => void }>()
  const clock: Clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    after: (delayMs, run) => {
      const wait = {}
      waits.set(wait, { delayMs, run })
      // Who writes has written by now: the test does it in one step.
      if (delayMs < 1_000)
        setImmediate(() => {
          if (waits.delete(wait)) run()
        })
      return () => waits.delete(wait)
    },
  }
  const paths = (): readonly string[] => names.map((name) => join(directory, name))
  const watch = new FileWatch({ clock, paths, changed: () => heard() })
  context.after(() => watch.close())
  const hears = (change: () => void): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve
      change()
    })
  const saysAfterRest = (): boolean => {
    let says = false
    heard = () => {
      says = true
    }
    const [wait, last] = [...waits].at(-1) ?? []
    if (wait) waits.delete(wait)
    last?.run()
    return says
  }
  const restMs = (): number | undefined => [...waits.values()].map(({ delayMs }) => delayMs).at(-1)
  return { directory, hears, watch, restMs, saysAfterRest }
}

test('FileWatch hears of a file that is made, written, replaced, moved with its directory, and removed', async (t) => {
  const prepare = (directory: string): void => mkdirSync(join(directory, 'etc'))
  const { directory, hears, watch, restMs } = watched(t, prepare, 'etc/is/keys')
  if (watch.isPolling) {
    assert.equal(restMs(), 4_000)
    t.skip('the file system of temporary files is one whose changes the kernel does not hear of')
    return
  }
  assert.equal(restMs(), 60_000)
  const path = join(directory, 'etc/is/keys')
  await hears(() => mkdirSync(join(directory, 'etc/is')))
  await hears(() => writeFileSync(path, 'one'))
  await hears(() => writeFileSync(path, 'two'))
  writeFileSync(join(directory, 'next'), 'three')
  await hears(() => renameSync(join(directory, 'next'), path))
  await hears(() => writeFileSync(path, 'four'))
  mkdirSync(join(directory, 'new'))
  await hears(() => renameSync(join(directory, 'etc/is'), join(directory, 'old')))
  await hears(() => renameSync(join(directory, 'new'), join(directory, 'etc/is')))
  await hears(() => writeFileSync(path, 'five'))
  await hears(() => rmSync(path))
  assert.equal(restMs(), 60_000)
})

test('FileWatch hears of what is behind a symbolic link, and of a link that leads elsewhere', async (t) => {
  const prepare = (directory: string): void => {
    for (const name of ['one', 'two']) {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'nets'), name)
    }
    symlinkSync('one', join(directory, 'current'))
  }
  const { directory, hears, watch } = watched(t, prepare, 'current/nets')
  if (watch.isPolling) {
    t.skip('the file system of temporary files is one whose changes the kernel does not hear of')
    return
  }
  await hears(() => writeFileSync(join(directory, 'one/nets'), 'changed'))
  symlinkSync('two', join(directory, 'next'))
  await hears(() => renameSync(join(directory, 'next'), join(directory, 'current')))
  await hears(() => writeFileSync(join(directory, 'two/nets'), 'changed'))
})

test('FileWatch finds out after a while what the kernel does not tell, and says nothing where all is as it was', (t) => {
  const prepare = (directory: string): void => {
    for (const name of ['etc', 'other']) {
      mkdirSync(join(directory, name, 'is'), { recursive: true })
      writeFileSync(join(directory, name, 'is/keys'), name)
    }
  }
  const { directory, watch, saysAfterRest } = watched(t, prepare, 'etc/is/keys')
  if (watch.isPolling) {
    t.skip('the file system of temporary files is one whose changes the kernel does not hear of')
    return
  }
  assert.equal(saysAfterRest(), false)
  // A directory further up is not watched.
  renameSync(join(directory, 'etc'), join(directory, 'old'))
  renameSync(join(directory, 'other'), join(directory, 'etc'))
  assert.equal(saysAfterRest(), true)
  assert.equal(saysAfterRest(), false)
})

test('FileWatch looks every few seconds where the kernel can not tell, as below /proc', (t) => {
  const { watch, restMs } = watched(t, (directory) => symlinkSync('/proc/self/status', join(directory, 'keys')), 'keys')
  assert.deepEqual([watch.isPolling, restMs()], [true, 4_000])
})
