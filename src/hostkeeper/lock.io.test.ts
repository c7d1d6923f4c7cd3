import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asPlainUser, failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { lockGroup, takeLock } from './lock.io.ts'

function lockPath(t: TestContext): string {
  return join(temporaryDirectory(t), 'home/lock')
}

test('takeLock() makes the directory, names what is done, and leaves nothing when it is let go', async (t) => {
  const path = lockPath(t)
  const release = await takeLock(path, 'an update')
  assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid} \\S+ an update\n$`))
  await release()
  assert.deepEqual(namesIn(dirname(path)), [])
})

test('takeLock() where nothing can be written is HOME_UNWRITABLE', async (t) => {
  const directory = temporaryDirectory(t)
  await asPlainUser(directory, async () => {
    if (process.geteuid?.() === statSync(directory).uid) chmodSync(directory, 0o500)
    await assert.rejects(takeLock(join(directory, 'lock'), 'a run'), failure('HOME_UNWRITABLE', /permission denied$/))
  })
})

test('takeLock() refuses while another has it, and says who and what', async (t) => {
  const path = lockPath(t)
  await takeLock(path, 'a run of make')
  await assert.rejects(
    takeLock(path, 'an update'),
    failure('BUSY', new RegExp(`^a run of make is under way: process ${process.pid}, says ${path}$`)),
  )
})

/** A shell that leads a process group of its own and has a child in it. */
async function startGroup(t: TestContext): Promise<number> {
  const child = spawn('sh', ['-c', 'sleep 600 & echo; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const group = child.pid ?? 0
  t.after(() => endGroup(group))
  await once(child.stdout, 'data')
  return group
}

function endGroup(group: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-group, signal)
  } catch {
    // It has ended.
  }
}

test('takeLock() refuses while the make of a killed hostkeeper is at work, also when only its commands are left', async (t) => {
  const path = lockPath(t)
  const release = await takeLock(path, 'a run')
  const group = await startGroup(t)
  await lockGroup(path, group)
  await release()
  const words = new RegExp(`process group ${group}$`)
  await assert.rejects(takeLock(path, 'a run'), failure('BUSY', words))
  process.kill(group, 'SIGKILL')
  await assert.rejects(takeLock(path, 'a run'), failure('BUSY', words))
  assert.deepEqual(namesIn(dirname(path)), ['lock.make'])
})

test('takeLock() goes on when the make of a killed hostkeeper has ended', async (t) => {
  const path = lockPath(t)
  const release = await takeLock(path, 'a run')
  const child = spawn('cat', { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  await lockGroup(path, child.pid ?? 0)
  child.stdin.end()
  await once(child, 'exit')
  await release()
  await (await takeLock(path, 'a run'))()
  assert.deepEqual(namesIn(dirname(path)), [])
})

for (const [whose, contentOf] of Object.entries({
  'of before the last boot': (text: string) => text.replace(/@.*/, '@6f2b0a52-0000-4000-8000-000000000000'),
  'whose number another group has by now': (text: string) => text.replace(/ \d+@/, ' 1@'),
  'that is torn': () => '12',
})) {
  test(`takeLock() takes no notice of a group ${whose}`, async (t) => {
    const path = lockPath(t)
    const release = await takeLock(path, 'a run')
    await lockGroup(path, await startGroup(t))
    writeFileSync(`${path}.make`, contentOf(readFileSync(`${path}.make`, 'utf8')))
    await release()
    await takeLock(path, 'a run')
  })
}
