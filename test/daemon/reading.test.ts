import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { HistoryRow, LogEntry, Shown } from '../../src/control/index.ts'
import { assertDone, assertRefused, begin, Lab, type LabHost, program } from '../harness/lab.ts'

test('log chooses by count, time, host and branch', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await changed(alder!, 'one')
  await birch!.does('up')
  await changed(birch!, 'two')
  await alder!.does('up')
  await alder!.does('fork', 'web')
  await changed(alder!, 'three')
  const messages = async (...words: string[]): Promise<readonly string[]> =>
    (await rows<LogEntry>(birch!, 'log', ...words)).map(({ message }) => message)
  const [, first] = await rows<LogEntry>(birch!, 'log')
  assert.deepEqual(await messages(), ['two', 'one'])
  assert.deepEqual(await messages('web'), ['three', 'two', 'one'])
  assert.deepEqual(await messages('web', '-n', '1'), ['three'])
  assert.deepEqual(await messages('--host', 'alder', 'web'), ['three', 'one'])
  assert.deepEqual(await messages('--host', 'alder', '-n', '1'), ['one'])
  assert.deepEqual(await messages('--since', first?.time ?? ''), ['two', 'one'])
  assert.deepEqual(await messages('--since', '2999-01-01'), [])
  const done = (await rows<LogEntry>(birch!, 'log', 'web')).map(({ operations }) => operations[0]?.done)
  assert.deepEqual(done, [false, true, true])
  const lines = (await birch!.does('log', 'web', '--oneline')).stdout.split('\n')
  assert.match(lines[0] ?? '', /^\* [0-9a-f]{12} 2\S+ luke@alder: three \(1 operation\)$/)
  assert.match(lines[2] ?? '', /^ {2}[0-9a-f]{12} /)
  assertRefused(await birch!.run('log', 'nowhere'), 22, 'no branch nowhere')
})

test('show tells everything that is recorded of a changeset, or of one operation', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'a change')
  alder!.write('etc/motd', 'hello\n')
  chmodSync(alder!.path('etc/motd'), 0o4750)
  await alder!.does('snap', '/etc/motd')
  await alder!.does('exec', 'echo', "it's", '')
  await alder!.does('ci')
  const [{ id = '' } = {}] = await rows<LogEntry>(alder!, 'log')
  const { stdout } = await alder!.does('show', id.slice(0, 8))
  const journal = readFileSync(join(alder!.home, 'branches/generic/journal'), 'utf8')
  const line = JSON.parse(journal) as {
    signature: string
    changeset: { key: string; lock: string; operations: unknown[] }
  }
  for (const fact of [id, line.signature, line.changeset.key, line.changeset.lock, 'luke@alder', 'a change']) {
    assert.ok(stdout.includes(fact), fact)
  }
  assert.match(stdout, / {4}mode {4}4750\n {4}owner {3}\S+:\S+ \(\d+:\d+\)\n {4}mtime {3}2\d{3}-/)
  assert.match(
    stdout,
    / {4}size {4}6 bytes\n {4}sha256 {2}5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03\n/,
  )
  assert.match(stdout, / {4}parent {2}\/etc 0\d{3} /)
  assert.match(stdout, / {4}argv {2}echo 'it'\\''s' ''\n {4}cwd {3}\/tmp\n/)
  const one = JSON.parse((await alder!.does('show', `${id.slice(0, 8)}:1`, '--json')).stdout) as Shown
  assert.deepEqual([one.operations.length, one.operations[0]?.operation], [1, line.changeset.operations[1]])
  assert.deepEqual([one.branches, one.operations[0]?.done, one.sequence], [['generic'], true, 1])
  for (const name of ['0000', `${id}:2`, 'motd']) assertRefused(await alder!.run('show', name), 22, 'isconf log')
})

test('history tells what happened here and nowhere else, newest first, with status, digest and duration', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await changed(alder!, 'one')
  await alder!.does('lock', 'two')
  await alder!.does('exec', 'sh', '-c', 'echo out; test $HOSTNAME = alder || test -e mended')
  await alder!.does('ci')
  assert.deepEqual(
    (await rows<HistoryRow>(alder!, 'history')).map(({ event }) => event),
    ['made', 'made'],
  )
  assert.equal((await birch!.run('up')).status, 1)
  birch!.write('tmp/mended', '')
  await birch!.does('up')
  const all = await rows<HistoryRow>(birch!, 'history')
  assert.deepEqual(
    all.map(({ event, status }) => [event, status]),
    [
      ['finished', 0],
      ['finished', 1],
      ['finished', 0],
    ],
  )
  for (const { started, time, tookMs, operation, text } of all) {
    assert.ok(started !== null && tookMs !== null && Date.parse(time) - Date.parse(started) === tookMs)
    assert.match(`${operation} ${text}`, /^[0-9a-f]{12}:0 exec sh -c /)
  }
  assert.equal(all[0]?.output, createHash('sha256').update('out\n').digest('hex'))
  assert.deepEqual(await rows<HistoryRow>(birch!, 'history', '-n', '1'), all.slice(0, 1))
  await birch!.does('restart')
  assert.deepEqual(await rows<HistoryRow>(birch!, 'history'), all)
})

test('cat writes a file as it was snapped, then or last, and fetches what is not here', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  const large = Buffer.alloc(3 * 1024 * 1024 + 5, 'isconf\0')
  await alder!.does('lock', 'files')
  for (const content of ['first\n', large, 'last\n']) {
    alder!.write('etc/motd', content)
    await alder!.does('snap', '/etc/motd')
  }
  await alder!.does('ci')
  const [{ id = '' } = {}] = await rows<LogEntry>(alder!, 'log')
  assert.equal((await birch!.does('cat', '/etc/motd')).stdout, 'last\n')
  assert.equal((await birch!.runWith({ cwd: '' }, 'cat', 'etc/motd', '--at', id)).stdout, 'last\n')
  assert.equal((await birch!.does('cat', '/etc/motd', '--at', `${id.slice(0, 12)}:0`)).stdout, 'first\n')
  assert.deepEqual((await birch!.does('cat', '/etc/motd', '--at', `${id}:1`)).stdoutBytes, large)
  assert.equal(birch!.has('etc/motd'), false)
  assertRefused(await birch!.run('cat', '/etc/passwd'), 2, '/etc/passwd was not snapped on branch generic')
  assertRefused(await birch!.run('cat', '/etc/motd', '--at', '0000'), 22, 'isconf log')

  // A copy that was lost is fetched again.
  await birch!.stop()
  rmSync(join(birch!.home, 'store'), { recursive: true })
  await birch!.start()
  await lab.untilMet()
  assert.equal((await birch!.does('cat', '/etc/motd')).stdout, 'last\n')
})

test('cat says what is no file: a directory, a symbolic link, what was removed', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  alder!.write('etc/tree/file', 'hello\n')
  symlinkSync('file', alder!.path('etc/tree/link'))
  await alder!.does('lock', 'a tree')
  await alder!.does('snap', '/etc/tree')
  await alder!.does('ci')
  assert.equal((await alder!.does('cat', '/etc/tree/file')).stdout, 'hello\n')
  assertRefused(await alder!.run('cat', '/etc/tree'), 22, /\/etc\/tree is a directory as of [0-9a-f]{12}:\d/)
  assertRefused(await alder!.run('cat', '/etc/tree/link'), 22, '/etc/tree/link is a symbolic link to file as of')
  await alder!.does('lock', 'no tree')
  rmSync(alder!.path('etc/tree'), { recursive: true })
  await alder!.does('snap', '--delete', '/etc/tree')
  await alder!.does('ci')
  const [, { id = '' } = {}] = await rows<LogEntry>(alder!, 'log')
  assertRefused(await alder!.run('cat', '/etc/tree/file'), 2, /\/etc\/tree\/file was removed by [0-9a-f]{12}:\d/)
  assert.equal((await alder!.does('cat', '/etc/tree/file', '--at', id)).stdout, 'hello\n')
})

test('cat does not wait for what changes this host', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'files')
  alder!.write('etc/motd', 'hello\n')
  await alder!.does('snap', '/etc/motd')
  await alder!.does('ci')
  await alder!.does('lock', 'a long command')
  const running = alder!.begin({}, 'exec', 'sh', '-c', 'echo begun; while ! test -e enough; do sleep 0.05; done')
  await new Promise((resolve) => running.child.stdout?.once('data', resolve))
  assert.equal((await alder!.does('cat', '/etc/motd')).stdout, 'hello\n')
  for (const verb of ['status', 'log', 'wip', 'history', 'branches', 'hosts']) await alder!.does(verb, '--json')
  assertRefused(await alder!.run('wip', 'drop'), 4, 'busy with `isconf exec`')
  alder!.write('tmp/enough', '')
  assertDone(await running.done)
})

test('what reads ends quietly when its pipe is closed early', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'much to say')
  alder!.write('etc/large', Buffer.alloc(4 * 1024 * 1024, 'x'))
  await alder!.does('snap', '/etc/large')
  const { stdout: words } = await begin(['seq', '1', '3000'], {}).done
  await alder!.does('exec', 'true', ...words.split('\n'))
  await alder!.does('ci')
  const [{ id = '' } = {}] = await rows<LogEntry>(alder!, 'log')
  // A name for the program without spaces, for the shell.
  symlinkSync(program, join(lab.directory, 'isconf.js'))
  for (const typed of ['log', 'log --json', `show ${id}`, 'history', 'branches', 'hosts', 'wip', 'cat /etc/large']) {
    const script = `{ node "$0" -c "$1" ${typed}; echo "status $?" >&2; } | head -c 5`
    const argv = ['sh', '-c', script, join(lab.directory, 'isconf.js'), alder!.mainCfPath]
    const run = await begin(argv, { env: alder!.variables(), cwd: alder!.path('tmp') }).done
    assert.deepEqual([run.stdout.length <= 5, run.stderr], [true, 'status 0\n'], typed)
  }
  await alder!.does('status')
})

async function rows<Row>(host: LabHost, ...words: readonly string[]): Promise<readonly Row[]> {
  const { stdout } = await host.does(...words, '--json')
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

async function changed(host: LabHost, message: string): Promise<void> {
  await host.does('lock', message)
  await host.does('exec', 'sh', '-c', `echo ${message} >> steps`)
  await host.does('ci')
}
