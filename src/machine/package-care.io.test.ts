import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock as clock } from '../base/clock.io.ts'
import type { Command, Machine } from './machine.ts'
import { readyPackages } from './package-care.io.ts'
import { systemCalls } from './system-calls.io.ts'

const install: Command = { argv: ['apt-get', 'install', '-y', 'cron'], cwd: '/', env: {} }
const { signal } = new AbortController()

/** A directory that stands for /, and what was run and said there. */
function rootWith(t: TestContext, ...paths: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'isconf-packages-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
  const begun: string[] = []
  const said: string[] = []
  const run: Machine['run'] = async ({ argv }) => {
    begun.push(argv.join(' '))
    return { status: 3, outputSha256: '' }
  }
  let onSaid: () => void = () => undefined
  const remark = (text: string): void => {
    said.push(text)
    onSaid()
  }
  const ready = (command = install): Promise<void> =>
    readyPackages({ clock, run, root }, command, { output: () => undefined, remark }, signal)
  const nextSaid = (): Promise<void> =>
    new Promise((resolve) => {
      onSaid = resolve
    })
  return { root, begun, said, ready, nextSaid }
}

test('readyPackages() brings an interrupted dpkg to its end, and says so, for a command that calls apt or dpkg', async (t) => {
  const { begun, said, ready } = rootWith(t, 'var/lib/dpkg/updates/0001')
  await ready({ ...install, argv: ['touch', 'x'] })
  assert.deepEqual(begun, [])
  await ready()
  assert.deepEqual(begun, ['dpkg --configure -a'])
  assert.deepEqual(said, [
    'an earlier dpkg was interrupted: running dpkg --configure -a first',
    'dpkg --configure -a ended with exit status 3',
  ])
})

test('readyPackages() does nothing where dpkg came to its end, and where there is none', async (t) => {
  for (const paths of [['var/lib/dpkg/updates/tmp.i', 'var/lib/dpkg/lock'], []]) {
    const { begun, said, ready } = rootWith(t, ...paths)
    await ready()
    assert.deepEqual([begun, said], [[], []])
  }
})

test('readyPackages() waits for who has a lock of apt, and says who', {
  skip: systemCalls().calls ? false : 'needs koffi: this was NOT tested',
}, async (t) => {
  const { root, said, ready, nextSaid } = rootWith(t, 'var/lib/apt/lists/lock')
  const calls = fileURLToPath(new URL('./system-calls.io.ts', import.meta.url))
  const script = `
    import { openSync } from 'node:fs'
    import { systemCalls } from ${JSON.stringify(calls)}
    systemCalls().calls.lockFile(openSync(process.argv[1], 'r+'))
    console.log('held')
    setInterval(() => undefined, 1000)`
  const words = ['--input-type=module', '-e', script, join(root, 'var/lib/apt/lists/lock')]
  const holder = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const heard = nextSaid()
  let isReady = false
  const done = ready().then(() => {
    isReady = true
  })
  await heard
  assert.deepEqual([said.length, isReady], [1, false])
  assert.match(said[0] ?? '', /^waiting: .* is at work on this host, and has \/var\/lib\/apt\/lists\/lock$/)
  holder.kill('SIGKILL')
  await done
})
