import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock as clock } from '../base/clock.io.ts'
import { holdPackages } from './package-lock.io.ts'
import { loadSystemCalls } from './system-calls.io.ts'

test('holdPackages() says it where it has no means to lock, and says nothing where there is no dpkg', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-package-lock-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'lock-frontend')
  const said: string[] = []
  const listener = { waits: () => void said.push('waits'), cannotLock: (why: string) => void said.push(why) }
  const hold = (): Promise<() => void> =>
    holdPackages(clock, listener, new AbortController().signal, { path, loaded: loadSystemCalls('@koromix/none') })
  const letGoOfNone = await hold()
  letGoOfNone()
  assert.deepEqual(said, [])
  writeFileSync(path, '')
  const letGo = await hold()
  letGo()
  assert.deepEqual(said, ['the npm package @koromix/none is not here'])
})
