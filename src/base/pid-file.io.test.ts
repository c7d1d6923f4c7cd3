import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asPlainUser, failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { unlessThere } from '../../test/support/tools.ts'
import { claimPath, processFields, takePidFile } from './pid-file.io.ts'

function pidPath(t: TestContext): string {
  return join(temporaryDirectory(t), '.pid')
}

function ownContent(path: string): string {
  return readFileSync(path, 'utf8')
}

test('takePidFile() names this process, for its owner only, and leaves nothing beside', async (t) => {
  const path = pidPath(t)
  const release = await takePidFile(path)
  assert.match(ownContent(path), new RegExp(`^${process.pid} \\d+@[0-9a-f-]{36}\n$`))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(namesIn(dirname(path)), ['.pid'])
  await release()
  assert.deepEqual(namesIn(dirname(path)), [])
})

test('takePidFile() refuses what a living process has, and names it', async (t) => {
  const path = pidPath(t)
  await takePidFile(path)
  const before = ownContent(path)
  const said = new RegExp(`^the daemon is already running: process ${process.pid}, says ${path}$`)
  await assert.rejects(takePidFile(path), failure('ALREADY_RUNNING', said))
  assert.equal(ownContent(path), before)
  assert.deepEqual(namesIn(dirname(path)), ['.pid'])
})

/** Its first thread has ended, and another one runs: a killed process looks like that for a moment. */
const endsByThreads = `
#include <pthread.h>
#include <unistd.h>
static void *stay(void *none) { return sleep(60), none; }
int main(void) {
  pthread_t other;
  pthread_create(&other, NULL, stay, NULL);
  pthread_exit(NULL);
}`

test('takePidFile() refuses what a process has as long as another thread of it runs', {
  skip: unlessThere('gcc'),
}, async (t) => {
  const path = pidPath(t)
  execFileSync('gcc', ['-pthread', '-x', 'c', '-', '-o', `${path}.program`], { input: endsByThreads })
  const child = spawn(`${path}.program`, { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  let fields: readonly string[] = []
  while (fields[0] !== 'Z') {
    await new Promise(setImmediate)
    fields = processFields(child.pid!)
  }
  writeFileSync(path, (await aliveContent(t)).replace(/^\d+ \d+/, `${child.pid} ${fields[19]}`))
  await assert.rejects(takePidFile(path), failure('ALREADY_RUNNING'))
})

/** What the process that runs this test would have written. */
async function aliveContent(t: TestContext): Promise<string> {
  const path = pidPath(t)
  await takePidFile(path)
  return ownContent(path)
}

async function deadPid(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid ?? 0
}

const stale: Readonly<Record<string, (alive: string) => Promise<string> | string>> = {
  'a process that is gone': async (alive) => alive.replace(/^\d+/, String(await deadPid())),
  'a process whose number another one has by now': (alive) => alive.replace(/ \d+@/, ' 1@'),
  'a process of before the last boot': (alive) => alive.replace(/@.*/, '@6f2b0a52-0000-4000-8000-000000000000'),
  'an older release': () => `${process.pid}\n`,
  'an older release that is gone': async () => `${await deadPid()}\n`,
  nobody: () => '',
  'who knows': () => 'garbage \0 and more\n',
  'a number that no process has': () => '99999999999999999999 1@x\n',
}

for (const [whose, contentOf] of Object.entries(stale)) {
  test(`takePidFile() takes over a file of ${whose}`, async (t) => {
    const path = pidPath(t)
    writeFileSync(path, await contentOf(await aliveContent(t)))
    await takePidFile(path)
    assert.match(ownContent(path), new RegExp(`^${process.pid} \\d+@`))
    assert.deepEqual(namesIn(dirname(path)), ['.pid'])
  })
}

test('takePidFile() takes over also what a take-over that was killed in the middle has left', async (t) => {
  const path = pidPath(t)
  const gone = (await aliveContent(t)).replace(/ \d+@/, ' 1@')
  writeFileSync(path, gone)
  // The claim to replace the file, and the claim to replace that claim.
  const claim = claimPath(path, gone)
  writeFileSync(claim, gone)
  writeFileSync(claimPath(claim, gone), gone)
  await takePidFile(path)
  assert.match(ownContent(path), new RegExp(`^${process.pid} \\d+@`))
  assert.deepEqual(namesIn(dirname(path)), ['.pid'])
})

test('takePidFile() takes over from a process that had its number and was killed in the middle', async (t) => {
  const path = pidPath(t)
  writeFileSync(path, `${process.pid} 1@before\n`)
  linkSync(path, `${path}.${process.pid}`)
  await takePidFile(path)
  assert.match(ownContent(path), new RegExp(`^${process.pid} \\d+@[0-9a-f-]{36}\n$`))
  assert.deepEqual(namesIn(dirname(path)), ['.pid'])
})

test('the release of takePidFile() leaves a file that another process has taken since', async (t) => {
  const path = pidPath(t)
  const release = await takePidFile(path)
  writeFileSync(path, '1 1@other\n')
  await release()
  assert.equal(ownContent(path), '1 1@other\n')
})

test('takePidFile() where nothing can be written is HOME_UNWRITABLE', async (t) => {
  const path = pidPath(t)
  const directory = dirname(path)
  await asPlainUser(directory, async () => {
    if (process.geteuid?.() === statSync(directory).uid) chmodSync(directory, 0o500)
    await assert.rejects(takePidFile(path), failure('HOME_UNWRITABLE', /permission denied$/))
  })
})

const takers = 4
const rounds = 150

test(`takePidFile() is won by exactly one of ${takers} processes that take over a stale file at once`, async (t) => {
  const directory = temporaryDirectory(t)
  const processes = await Promise.all(Array.from({ length: takers }, () => startTaker(t)))
  for (let round = 0; round < rounds; round += 1) {
    const path = join(directory, `${round}.pid`)
    // Every other round begins with nothing, as the first start on a host does.
    if (round % 2 === 0) writeFileSync(path, `1 0@stale-${round}\n`)
    const outcomes = await Promise.all(processes.map((one) => take(one, path)))
    const winners = outcomes.filter((outcome) => outcome === 'won')
    assert.equal(winners.length, 1, `round ${round}: ${outcomes.join(', ')}`)
    assert.ok(
      outcomes.every((outcome) => outcome === 'won' || outcome === 'ALREADY_RUNNING'),
      outcomes.join(', '),
    )
    const holder = processes[outcomes.indexOf('won')]?.pid
    assert.match(ownContent(path), new RegExp(`^${holder} `))
  }
  assert.equal(namesIn(directory).length, rounds)
})

const takerScript = `
  import { claimPath, takePidFile } from ${JSON.stringify(new URL('./pid-file.io.ts', import.meta.url).href)}
  process.on('message', (path) => {
    takePidFile(path).then(() => process.send('won'), (error) => process.send(error.code ?? String(error)))
  })
  process.send('ready')`

async function startTaker(t: TestContext): Promise<ChildProcess> {
  const words = ['--input-type=module', '--eval', takerScript]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

async function take(child: ChildProcess, path: string): Promise<unknown> {
  const answer = once(child, 'message')
  child.send(path)
  return (await answer)[0]
}
