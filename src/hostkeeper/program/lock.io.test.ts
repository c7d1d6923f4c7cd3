import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../../test/harness/run.ts'
import { asPlainUser, failure, namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import type { IsconfError } from '../../base/index.ts'
import { processFields, processStart } from '../../base/pid-file.io.ts'
import { lockGroup, lockHolder, takeLock } from './lock.io.ts'

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
  const words = new RegExp(`process group ${group} \\(\\w+ \\d+(, \\w+ \\d+)*\\)$`)
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

test('takeLock() takes no notice of a group of before the last boot whose number one has by now that outlived its first process', async (t) => {
  const path = lockPath(t)
  const release = await takeLock(path, 'a run')
  const group = await startGroup(t)
  await lockGroup(path, group)
  const before = readFileSync(`${path}.make`, 'utf8').replace(/@.*/, '@6f2b0a52-0000-4000-8000-000000000000')
  writeFileSync(`${path}.make`, before)
  process.kill(group, 'SIGKILL')
  await until(() => processStart(group) === '', 'the first process to end')
  await release()
  await takeLock(path, 'a run')
})

test('takeLock() tells of a holder that was stopped, and how to go on', async (t) => {
  const path = lockPath(t)
  const source = `import { takePidFile } from ${JSON.stringify(new URL('../../base/pid-file.io.ts', import.meta.url).href)}
    await takePidFile(process.argv[1], { what: 'a run' })
    console.log('taken')
    setInterval(() => undefined, 1000)`
  mkdirSync(dirname(path))
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, path])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const { pid } = child
  await until(() => processFields(pid ?? 0)[0] === 'T', 'the process to stop')
  await assert.rejects(takeLock(path, 'a run'), (error: IsconfError) => {
    assert.match(error.message, new RegExp(`a run is under way: process ${pid}, which somebody has stopped`))
    assert.equal(error.hint, `let it go on: kill -CONT ${pid}; or end it: kill -KILL ${pid}`)
    return failure('BUSY', /./)(error)
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await takeLock(path, 'a run'))()
})

const inTheWay: Readonly<Record<string, (path: string) => void>> = {
  'a directory': (path) => void mkdirSync(path, { recursive: true }),
  'a symbolic link to nothing': (path) => symlinkSync('/nonexistent/lock', path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
}
for (const [what, lay] of Object.entries(inTheWay)) {
  for (const name of ['lock', 'lock.make']) {
    test(`takeLock() says at once that ${what} lies in the place of ${name}, and how to be rid of it`, async (t) => {
      const path = lockPath(t)
      mkdirSync(dirname(path))
      const place = join(dirname(path), name)
      lay(place)
      assert.equal(await lockHolder(path), undefined)
      await assert.rejects(takeLock(path, 'a run'), (error: IsconfError) => {
        assert.equal(error.hint, `move it away: mv ${place} ${place}.old`)
        return failure('FILE_EXISTS', /where the lock file should be$/)(error)
      })
      rmSync(place, { recursive: true })
      await (await takeLock(path, 'a run'))()
      assert.deepEqual(namesIn(dirname(path)), [])
    })
  }
}
