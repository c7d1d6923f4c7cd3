import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertRefused, Lab, type LabHost, until } from '../harness/lab.ts'

test('files and commands arrive in the order in which they were made, with their attributes', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  mkdirSync(alder!.path('etc/deep/er'), { recursive: true, mode: 0o750 })
  chmodSync(alder!.path('etc/deep/er'), 0o2750)
  alder!.write('etc/deep/er/conf', 'one\n')
  chmodSync(alder!.path('etc/deep/er/conf'), 0o4711)
  await alder!.does('lock', 'order')
  await alder!.does('snap', '/etc/deep/er/conf')
  await alder!.does('exec', 'sh', '-c', 'cat "$IS_VOLROOT/etc/deep/er/conf" >> seen')
  alder!.write('etc/deep/er/conf', 'two\n')
  await alder!.does('snap', '/etc/deep/er/conf')
  await alder!.does('exec', 'sh', '-c', 'cat "$IS_VOLROOT/etc/deep/er/conf" >> seen')
  await alder!.does('ci')
  assertDone(await birch!.run('up'))
  assert.equal(birch!.read('tmp/seen'), 'one\ntwo\n')
  for (const path of ['etc/deep', 'etc/deep/er', 'etc/deep/er/conf']) {
    assert.equal(statSync(birch!.path(path)).mode, statSync(alder!.path(path)).mode, path)
  }
  const [there, here] = [birch!, alder!].map((host) => statSync(host.path('etc/deep/er/conf')).mtimeMs)
  assert.equal(Math.trunc(there!), Math.trunc(here!))
  assert.match(
    (await birch!.does('up')).stderr,
    /nothing to do; this host is level with branch generic \(4 operations\)/,
  )
})

test('nothing of a change is seen on another host before it is checked in', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  const stored = (host: LabHost): readonly string[] =>
    readdirSync(join(host.home, 'store'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    )
  alder!.write('etc/motd', 'not yet\n')
  await alder!.does('lock', 'not yet')
  await alder!.does('snap', '/etc/motd')
  assert.equal(stored(alder!).length, 1)
  // What a check-in of another branch state sends is sent: an unlock and a lock have gone there and back.
  await alder!.does('unlock')
  await alder!.does('lock', 'not yet')
  assert.equal((await birch!.status()).lock?.message, 'not yet')
  assert.deepEqual([stored(birch!), (await birch!.status()).operations], [[], 0])
  await alder!.does('ci')
  await until(() => stored(birch!).length === 1, 'the file arrived')
})

test('up stops at the first operation that fails, and goes on there when the cause is mended', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/needed', '')
  await alder!.does('lock', 'three steps')
  await alder!.does('exec', 'sh', '-c', 'echo 1 >> steps')
  await alder!.does('exec', 'sh', '-c', 'test -e needed && echo 2 >> steps || exit 7')
  await alder!.does('exec', 'sh', '-c', 'echo 3 >> steps')
  await alder!.does('ci')
  const id = (await alder!.status()).head
  for (let time = 1; time <= 2; time += 1) {
    const run = await birch!.run('up')
    assertRefused(run, 1, new RegExp(`operation ${id.slice(0, 4)}[0-9a-f]*:1 `), 'exit status 7', 'fix the cause')
    assert.equal(birch!.read('tmp/steps'), '1\n')
  }
  const { stopped, position, pending } = await birch!.status()
  assert.deepEqual([stopped?.reason, position, pending], ['it ended with exit status 7', 1, 2])
  await birch!.does('restart')
  assert.equal((await birch!.status()).stopped?.reason, 'it ended with exit status 7')
  birch!.write('tmp/needed', '')
  await birch!.does('up')
  assert.equal(birch!.read('tmp/steps'), '1\n2\n3\n')
  assert.equal((await birch!.status()).stopped, null)
})

test('a host that was off catches up, and one made from nothing also when the origin is off', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start(alder!, birch!)
  alder!.write('tmp/motd', 'hello\n'.repeat(500_000))
  await alder!.does('lock', 'motd')
  await alder!.does('snap', 'motd')
  const checkIn = await alder!.does('ci')
  assert.match(checkIn.stderr, /1 operation, stored on 2 hosts\n/)
  await birch!.stop()
  await alder!.does('lock', 'more')
  await alder!.does('exec', 'cp', 'motd', 'motd.old')
  assert.match((await alder!.does('ci')).stderr, /stored on 1 host\n/)
  await lab.start(birch!, alder!)
  await untilOperations(birch!, 2)
  await alder!.stop()
  await birch!.does('up')
  await lab.start(cedar!, birch!)
  await untilOperations(cedar!, 2)
  await cedar!.does('up')
  for (const path of ['tmp/motd', 'tmp/motd.old']) assert.equal(cedar!.read(path), alder!.read(path))
})

test('a stored file that was damaged is not installed; the next up fetches it again', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/motd', 'hello\n'.repeat(500_000))
  birch!.write('tmp/motd', 'what was there before\n')
  await alder!.does('lock', 'motd')
  await alder!.does('snap', 'motd')
  assert.match((await alder!.does('ci')).stderr, /stored on 2 hosts\n/)
  const blob = onlyBlobOf(birch!)
  const bytes = readFileSync(blob)
  bytes[2_000_000]! ^= 1
  writeFileSync(blob, bytes)
  assertRefused(await birch!.run('up'), 1, 'snap /tmp/motd', 'is damaged', 'isconf up')
  assert.equal(birch!.read('tmp/motd'), 'what was there before\n')
  assert.deepEqual(readdirSync(birch!.path('tmp')), ['motd'])
  await birch!.does('up')
  assert.equal(birch!.read('tmp/motd'), alder!.read('tmp/motd'))
})

test('a file that no host has any more is waited for and then named', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/motd', 'hello\n')
  await alder!.does('lock', 'motd')
  await alder!.does('snap', 'motd')
  await alder!.does('ci')
  await alder!.stop()
  await birch!.stop()
  rmSync(onlyBlobOf(birch!))
  await birch!.start()
  const running = birch!.begin({}, 'up')
  let heard = ''
  running.child.stderr!.on('data', (bytes: Buffer) => {
    heard += bytes
  })
  await until(() => heard.includes('fetching 6 bytes from the other hosts'), 'up waits for the file')
  running.child.kill('SIGINT')
  assertRefused(await running.done, 2, 'interrupted')
  assert.ok(!birch!.has('tmp/motd'))
  await lab.start(alder!, birch!)
  await birch!.does('up')
  assert.equal(birch!.read('tmp/motd'), 'hello\n')
})

test('Ctrl-C during up stops the command; it is done again from its start by the next up', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  alder!.write('tmp/quick', '')
  await alder!.does('lock', 'slow')
  await alder!.does('exec', 'sh', '-c', 'echo begun >> steps; test -e quick || sleep 97; echo ended >> steps')
  await alder!.does('exec', 'touch', 'after')
  await alder!.does('ci')
  const running = birch!.begin({}, 'up')
  await until(() => birch!.has('tmp/steps'), 'the command runs')
  running.child.kill('SIGINT')
  assertRefused(await running.done, 2, /interrupted|stopped/)
  const { position, stopped } = await birch!.status()
  assert.deepEqual([position, stopped === null], [0, false])
  assert.ok(!birch!.has('tmp/after'))
  birch!.write('tmp/quick', '')
  await birch!.does('up')
  assert.equal(birch!.read('tmp/steps'), 'begun\nbegun\nended\n')
})

async function untilOperations(host: LabHost, count: number): Promise<void> {
  await until(async () => (await host.status()).operations === count, `${host.name} has ${count} operations`)
}

/** The one whole blob in a host's store. */
function onlyBlobOf(host: LabHost): string {
  const store = join(host.home, 'store')
  const names = readdirSync(store, { recursive: true, encoding: 'utf8' })
  const blobs = names.filter((name) => /^[0-9a-f]{2}\/[0-9a-f]{64}$/.test(name))
  assert.equal(blobs.length, 1)
  const [blob] = blobs
  assert.ok(existsSync(join(store, blob!)))
  return join(store, blob!)
}
