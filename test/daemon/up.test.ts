/** `up` as far as a person wants it, what it would do, and what the log has of it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PlanAnswer } from '../../src/control/index.ts'
import { assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

/** Alder has checked in a file, a command, and in a second changeset another command and a file that is there twice. */
async function checkedIn(lab: Lab): Promise<[LabHost, LabHost]> {
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  alder.write('tmp/motd', 'hello\n')
  alder.write('tmp/copy', 'hello\n')
  await alder.does('lock', 'one')
  await alder.does('snap', 'motd')
  await alder.does('exec', 'sh', '-c', 'echo 1 >> steps')
  await alder.does('ci')
  await alder.does('lock', 'two')
  await alder.does('exec', 'sh', '-c', 'echo 2 >> steps; echo output')
  await alder.does('snap', 'copy')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 4, 'birch has the journal')
  return [alder, birch]
}

async function planOf(host: LabHost, ...words: readonly string[]): Promise<PlanAnswer> {
  return JSON.parse((await host.run('up', '--dry-run', '--json', ...words)).stdout) as PlanAnswer
}

/** What could change: files, history, store. */
function stateOf(host: LabHost): unknown {
  const history = readFileSync(join(host.home, 'conf/history'), 'utf8')
  return [host.has('tmp/motd'), host.has('tmp/steps'), history]
}

test('up --dry-run says what up then does, with sizes, changes nothing, and works with the network down', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = await checkedIn(lab)
  await until(async () => (await planOf(birch)).operations.every(({ here }) => here !== false), 'birch has the files')
  await alder.stop()
  const before = stateOf(birch)
  const plan = await planOf(birch)
  assert.deepEqual(
    plan.operations.map(({ text, number, sizeBytes, here }) => [number, text, sizeBytes, here]),
    [
      [1, 'snap /tmp/motd', 6, true],
      [2, "exec sh -c 'echo 1 >> steps'", null, null],
      [3, "exec sh -c 'echo 2 >> steps; echo output'", null, null],
      [4, 'snap /tmp/copy', 6, true],
    ],
  )
  assert.deepEqual([plan.branch, plan.position, plan.total, plan.stop], ['generic', 0, 4, null])
  assert.deepEqual(stateOf(birch), before)
  const said = (await birch.does('up')).stderr.split('\n').filter((line) => /^isconf: \d\/4/.test(line))
  const shown = plan.operations.map(({ name, text, number }) => `isconf: ${number}/4 ${name} ${text}`)
  assert.deepEqual(said, shown)
  assert.match((await birch.does('up', '--dry-run')).stdout, /^nothing to do; this host has done 4 operations/)
})

test('up --dry-run tells which files would have to be fetched, each once', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = await checkedIn(lab)
  await until(async () => (await planOf(birch)).operations.every(({ here }) => here !== false), 'birch has the files')
  await alder.stop()
  await birch.stop()
  rmSync(join(birch.home, 'store'), { recursive: true })
  await birch.start()
  const plan = await planOf(birch)
  assert.deepEqual(
    plan.operations.map(({ here }) => here),
    [false, null, null, true],
  )
  assert.match((await birch.run('up', '--dry-run')).stdout, /^would do 4 operations, 6 bytes to be fetched; /m)
})

test('up --to and --step stop where they are told to, and --dry-run says so', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [, birch] = await checkedIn(lab)
  const names = (await planOf(birch)).operations.map(({ name }) => name)
  const [first = '', second = '', third = ''] = names
  assert.deepEqual((await planOf(birch, '--step')).stop, { reason: 'limit', operation: second })
  assert.deepEqual((await planOf(birch, '--to', second)).stop, { reason: 'limit', operation: third })
  const stepped = await birch.does('up', '--step')
  assert.match(
    stepped.stderr,
    /did 1 operation; this host has done 1 of 4 operations of branch generic; to go on: isconf up\n$/,
  )
  assert.deepEqual([birch.has('tmp/motd'), birch.has('tmp/steps')], [true, false])
  await birch.does('up', '--to', first.slice(0, 12))
  assert.equal(birch.read('tmp/steps'), '1\n')
  // Done already: nothing is undone, nothing goes on.
  await birch.does('up', '--to', first)
  assert.equal(birch.read('tmp/steps'), '1\n')
  for (const [name, message] of [
    ['0000:0', 'begins with 0000'],
    [`${third}9`, 'there is no operation'],
    ['motd', 'not the name'],
  ]) {
    assertRefused(await birch.run('up', '--to', name!), 22, message!, 'isconf log')
    assertRefused(await birch.run('up', '--dry-run', '--to', name!), 22, message!, 'isconf log')
  }
  await birch.does('-q', 'up', '--to', third)
  assert.equal(birch.read('tmp/steps'), '1\n2\n')
  assert.equal((await birch.does('-q', 'up')).stderr, '')
})

test('a link to a directory stops a recorded directory before a file of it is written through the link', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  for (const name of ['srv/www/a', 'srv/www/sub/b', 'srv/motd']) alder.write(name, 'new\n')
  await alder.does('lock', 'www')
  await alder.does('snap', '/srv/motd', '/srv/www')
  await alder.does('ci')
  await until(async () => (await planOf(birch)).operations.length === 5, 'birch has the journal')
  assert.equal((await birch.run('up', '--dry-run')).status, 5)
  birch.write('data/kept', 'mine\n')
  mkdirSync(birch.path('srv'))
  symlinkSync('../data', birch.path('srv/www'))
  const [motd, first, , , last] = (await planOf(birch)).operations.map(({ name }) => name)
  const reason = 'cannot install /srv/www: a symbolic link stands there'
  const seen = { operation: last, path: '/srv/www', reason, stopsBefore: first, certain: true }
  assert.deepEqual((await planOf(birch)).obstacles, [seen])
  const dry = await birch.run('up', '--dry-run')
  assert.match(dry.stdout, /^would do 1 operation; this host has done 0 operations of branch generic$/m)
  assertRefused(dry, 1, `would stop at ${last}`, reason, 'isconf skip')
  assert.equal(birch.has('srv/motd'), false)
  assertRefused(
    await birch.run('up'),
    1,
    reason,
    `nothing of its directory was begun, from ${first} on`,
    'isconf up --to',
  )
  assert.deepEqual([birch.read('srv/motd'), readdirSync(birch.path('data'))], ['new\n', ['kept']])
  assert.equal((await birch.status()).position, 1)
  assertRefused(await birch.run('skip', last!, '-m', 'the link stays'), 22, 'isconf up --to')
  // Who wants the link to stay says so, and has the files where it leads.
  await birch.does('up', '--to', (await planOf(birch)).operations.at(-2)!.name)
  await birch.does('skip', last!, '-m', 'the link stays')
  assert.match(
    (await birch.does('up')).stderr,
    /nothing to do; this host has done all of branch generic \(5 operations\), but differs from it in 1/,
  )
  assert.deepEqual([birch.read('data/sub/b'), motd === last], ['new\n', false])
})

test('what up and the verbs of the origin do is in the log, and what fails is an error there', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = await checkedIn(lab)
  await birch.does('up')
  await alder.does('lock', 'three')
  await alder.run('exec', 'sh', '-c', 'exit 3')
  await alder.does('exec', 'sh', '-c', 'test ! -e broken')
  await alder.does('ci')
  birch.write('tmp/broken', '')
  await until(async () => (await birch.status()).operations === 5, 'birch has the journal')
  assert.equal((await birch.run('up')).status, 1)
  const logs = [alder, birch].map((host) => host.log())
  for (const line of [
    /"level":30.*"snap motd: begun"/,
    /"level":30.*"status":0.*"exec sh -c 'echo 1 >> steps': finished with exit status 0"/,
    /"level":50.*"status":3.*"exec sh -c 'exit 3': sh ended with exit status 3"/,
  ]) {
    assert.match(logs[0]!, line)
  }
  for (const line of [
    /"level":30.*"operation":"[0-9a-f]{12}:0".*"up: snap \/tmp\/motd: begun"/,
    /"level":30.*"up: snap \/tmp\/motd: finished with exit status 0"/,
    /"level":50.*"up: operation [0-9a-f]{12}:0 .* failed: it ended with exit status 1"/,
  ]) {
    assert.match(logs[1]!, line)
  }
})

test('the history has the exit status and the digest of the output of each command', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [, birch] = await checkedIn(lab)
  await birch.does('up')
  const lines = readFileSync(join(birch.home, 'conf/history'), 'utf8').trimEnd().split('\n')
  const ended = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'finished')
  assert.deepEqual(
    ended.map(({ status, output }) => [status, output]),
    [
      [0, ''],
      [0, sha256('')],
      [0, sha256('output\n')],
      [0, ''],
    ],
  )
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
