import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SimClock } from '../../test/sim/clock.ts'
import { failure, temporaryDirectory } from '../../test/support/files.ts'
import { isRunning } from '../../test/support/processes.ts'
import { systemClock } from '../base/clock.io.ts'
import type { Clock } from '../base/index.ts'
import { runCommand } from './command.io.ts'
import type { CommandResult, OutputListener } from './machine.ts'

const environment = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }

interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly output?: OutputListener
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

function run(argv: readonly string[], options: Options = {}): Promise<CommandResult> {
  const { cwd = '/', env = {}, output = () => undefined, signal = new AbortController().signal } = options
  const clock = options.clock ?? systemClock
  return runCommand({ command: { argv, cwd, env }, cwd, environment, output, signal, clock })
}

/** What a command wrote: both streams, in the order heard. */
class Heard {
  readonly all: Uint8Array[] = []
  readonly streams = { stdout: '', stderr: '' }
  readonly listen: OutputListener = (stream, bytes) => {
    this.all.push(bytes)
    this.streams[stream] += Buffer.from(bytes).toString('latin1')
    return undefined
  }
}

/** Waits for something that other processes bring about; fails when it doesn't come. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 10) {
    if (waitedMs > 20_000) assert.fail(`did not happen: ${what}`)
    await delay(10)
  }
}

test('runCommand() gives the exit status as a shell does', async () => {
  assert.equal((await run(['true'])).status, 0)
  assert.equal((await run(['sh', '-c', 'exit 3'])).status, 3)
  assert.equal((await run(['sh', '-c', 'exit 255'])).status, 255)
  assert.equal((await run(['sh', '-c', 'kill -KILL $$'])).status, 137)
  assert.equal((await run(['sh', '-c', 'kill -TERM $$'])).status, 143)
  assert.equal((await run(['sh', '-c', 'kill -SEGV $$'])).status, 139)
})

test('runCommand() gives every byte of both streams, each in its order, and the digest of what it gave', async () => {
  const heard = new Heard()
  const script = String.raw`printf 'a\000\377'; printf 'b\n' >&2; printf c`
  const { outputSha256 } = await run(['sh', '-c', script], { output: heard.listen })
  assert.deepEqual(heard.streams, { stdout: 'a\0\xffc', stderr: 'b\n' })
  assert.equal(outputSha256, createHash('sha256').update(Buffer.concat(heard.all)).digest('hex'))
})

test('runCommand() of a command that writes nothing gives the digest of nothing', async () => {
  const { outputSha256 } = await run(['true'])
  assert.equal(outputSha256, createHash('sha256').digest('hex'))
})

test('runCommand() loses nothing of 5 MB when the listener is slow, and holds little of it', async () => {
  const bytes = 5_000_000
  let heardBytes = 0
  let atOnce = 0
  const script = 'head -c 5000000 /dev/zero'
  await run(['sh', '-c', script], {
    output: async (_, chunk) => {
      atOnce += 1
      assert.equal(atOnce, 1)
      await delay(1)
      heardBytes += chunk.length
      atOnce -= 1
    },
  })
  assert.equal(heardBytes, bytes)
})

test('runCommand() loses nothing of an ended command that a listener has yet to hear', async () => {
  const heard = new Heard()
  let isFirst = true
  // As much as two pipes and this process hold: the command ends long before its output is heard.
  const script = 'head -c 80000 /dev/zero & head -c 80000 /dev/zero >&2; wait'
  await run(['sh', '-c', script], {
    output: async (stream, chunk) => {
      if (isFirst) {
        isFirst = false
        await delay(1_200)
      }
      await heard.listen(stream, chunk)
    },
  })
  assert.deepEqual([heard.streams.stdout.length, heard.streams.stderr.length], [80_000, 80_000])
})

test('runCommand() gives a command nothing to read', async () => {
  const heard = new Heard()
  const { status } = await run(['cat'], { output: heard.listen })
  assert.equal(status, 0)
  assert.deepEqual(heard.streams, { stdout: '', stderr: '' })
})

test('runCommand() gives a command none of the files and sockets that this process has open', async (t) => {
  // What this process was started with may have been left open to all by whoever did so.
  const inherited = new Set(readdirSync('/proc/self/fd'))
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const file = openSync('/dev/null', 'r')
  t.after(() => {
    server.close()
    closeSync(file)
  })
  const heard = new Heard()
  await run(['ls', '/proc/self/fd'], { output: heard.listen })
  const found = heard.streams.stdout.trim().split('\n')
  // The fourth is the directory that it lists.
  assert.deepEqual(
    found.filter((one) => Number(one) <= 3 || !inherited.has(one)),
    ['0', '1', '2', '3'],
  )
})

test('runCommand() gives the environment as it was handed in, PWD, and the variables of the command', async (t) => {
  process.env['ISCONF_TEST_STRAY'] = 'must not arrive'
  t.after(() => delete process.env['ISCONF_TEST_STRAY'])
  const heard = new Heard()
  await run(['env'], { output: heard.listen, cwd: '/usr', env: { LANG: 'C', OWN: 'a b=c\nd' } })
  assert.equal(heard.streams.stdout, 'PATH=/usr/bin:/bin\nLANG=C\nPWD=/usr\nOWN=a b=c\nd\n')
})

test('runCommand() hands on every argument as it is, without a shell', async () => {
  const heard = new Heard()
  await run(['printf', '[%s]', '$HOME', '*', '', ' a  b ', '"', "'", '\n', 'ü日'], { output: heard.listen })
  assert.equal(Buffer.from(heard.streams.stdout, 'latin1').toString(), '[$HOME][*][][ a  b ]["][\'][\n][ü日]')
})

test('runCommand() runs in the directory that it is told', async (t) => {
  const directory = temporaryDirectory(t)
  const heard = new Heard()
  await run(['sh', '-c', '/bin/pwd; echo "$PWD"'], { output: heard.listen, cwd: directory })
  assert.equal(heard.streams.stdout, `${directory}\n${directory}\n`)
})

const notRun: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  [
    'no such program',
    ['no-such-program'],
    '/',
    /^cannot run no-such-program: there is no such command in \/usr\/bin:\/bin$/,
  ],
  ['no such path', ['/no/such/program'], '/', /^cannot run \/no\/such\/program: there is no such file here$/],
  ['no such directory', ['true'], '/no/such', /^cannot run true: there is no directory \/no\/such here to run it in$/],
  [
    'a directory that is a file',
    ['true'],
    '/etc/passwd',
    /^cannot run true: \/etc\/passwd, where it is to run, is no directory here$/,
  ],
  ['a file that is no program', ['/etc/passwd'], '/', /^cannot run \/etc\/passwd: permission denied$/],
  ['a directory for a program', ['/etc'], '/', /^cannot run \/etc: permission denied$/],
  ['no program', [''], '/', /^cannot run "": a command has a name$/],
  ['a NUL in an argument', ['echo', 'a\0b'], '/', /^cannot run echo: an argument holds a NUL character$/],
  [
    'too many arguments',
    ['echo', ...Array(40).fill('x'.repeat(100_000))],
    '/',
    /^cannot run echo: argument list too long$/,
  ],
]

test('runCommand() of a script whose interpreter is not here names that', async (t) => {
  const script = join(temporaryDirectory(t), 'script')
  writeFileSync(script, '#!/opt/no/such/python -u\n', { mode: 0o755 })
  const message = new RegExp(`^cannot run ${script}: ${script} is to be run by /opt/no/such/python, which is not here$`)
  await assert.rejects(run([script]), failure('COMMAND_NOT_RUN', message))
})

for (const [what, argv, cwd, message] of notRun) {
  test(`runCommand() with ${what} is COMMAND_NOT_RUN`, async () => {
    await assert.rejects(run(argv, { cwd }), failure('COMMAND_NOT_RUN', message))
  })
}

test('runCommand() does not wait for what a command leaves behind, though it holds the output open', async (t) => {
  const heard = new Heard()
  const { status } = await run(['sh', '-c', 'sleep 600 & echo $!'], { output: heard.listen })
  const left = Number(heard.streams.stdout)
  t.after(() => process.kill(left, 'SIGKILL'))
  assert.equal(status, 0)
  assert.ok(isRunning(left), 'what was left behind goes on')
})

test('runCommand() does not listen for ever to what a command leaves behind', async (t) => {
  const directory = temporaryDirectory(t)
  const output: OutputListener = (_, bytes) => (bytes.length > 1_000 ? delay(5) : undefined)
  const script = `yes & echo $! > ${directory}/pid`
  const { status } = await run(['sh', '-c', script], { output })
  const left = Number(readFileSync(join(directory, 'pid'), 'utf8'))
  assert.equal(status, 0)
  await until(() => !isRunning(left), 'who writes to nobody is ended by the kernel')
})

/** A command under way, and its pids as it wrote them. */
async function started(t: TestContext, script: string, clock: Clock = systemClock) {
  const directory = temporaryDirectory(t)
  const abort = new AbortController()
  const done = run(['sh', '-c', script], { cwd: directory, signal: abort.signal, clock })
  done.catch(() => undefined)
  await until(() => existsSync(join(directory, 'ready')), 'the command is under way')
  const pids = readFileSync(join(directory, 'pids'), 'utf8').trim().split('\n').map(Number)
  t.after(() => {
    for (const pid of pids) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  })
  return { abort, done, pids, directory }
}

test('runCommand() that is aborted ends the whole process group and is INTERRUPTED', async (t) => {
  const script = `echo $$ > pids; sh -c 'sleep 600 & echo $! >> pids; wait' & echo $! >> pids
    until [ $(wc -l < pids) = 3 ]; do sleep 0.01; done; touch ready; wait`
  const { abort, done, pids } = await started(t, script)
  assert.equal(pids.length, 3)
  abort.abort()
  await assert.rejects(done, failure('INTERRUPTED', /^sh was stopped$/))
  await until(() => !pids.some(isRunning), 'every process of the group has ended')
})

test('runCommand() that is aborted gives the command time to tidy up', async (t) => {
  const script = `trap 'sleep 0.2; touch tidy; exit 0' TERM; echo $$ > pids; touch ready; while :; do sleep 0.05; done`
  const { abort, done, directory } = await started(t, script)
  abort.abort()
  await assert.rejects(done, failure('INTERRUPTED'))
  assert.ok(existsSync(join(directory, 'tidy')))
})

test('runCommand() that is aborted kills a command that ignores being asked, after ten seconds', async (t) => {
  const clock = new SimClock()
  const script = `trap '' TERM; echo $$ > pids; touch ready; while :; do sleep 0.05; done`
  const { abort, done, pids } = await started(t, script, clock)
  let ended = false
  done.catch(() => {
    ended = true
  })
  abort.abort()
  await clock.run(9_999)
  await delay(100)
  assert.ok(!ended && pids.every(isRunning), 'not before its time is up')
  await clock.run(1)
  await until(() => !pids.some(isRunning), 'the command was killed')
  await clock.run(500)
  await assert.rejects(done, failure('INTERRUPTED'))
})

test('runCommand() that is aborted leaves no grandchild that ignores being asked', async (t) => {
  const script = `sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 0.05; done' & 
    until [ -s pids ]; do sleep 0.01; done; echo $$ >> pids; touch ready; wait`
  const { abort, done, pids } = await started(t, script)
  abort.abort()
  await assert.rejects(done, failure('INTERRUPTED'))
  await until(() => !pids.some(isRunning), 'every process of the group has ended')
})

test('runCommand() with a signal that is aborted already starts nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const signal = AbortSignal.abort(new Error('too late'))
  await assert.rejects(run(['touch', 'made'], { cwd: directory, signal }), /too late/)
  assert.ok(!existsSync(join(directory, 'made')))
})

test('runCommand() that is aborted while the command is being started stops it', async () => {
  const abort = new AbortController()
  const done = run(['sleep', '600'], { signal: abort.signal })
  abort.abort()
  await assert.rejects(done, failure('INTERRUPTED'))
})

test('runCommand() of a shell tells of a real-time signal that ended what it ran', async () => {
  assert.equal((await run(['sh', '-c', "sh -c 'kill -40 $$'; exit $?"])).status, 168)
})
