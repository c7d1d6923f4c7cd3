/** Holds on real hosts: of one that is killed, while an `up` runs, and of the branch; and of one that does `up` by itself. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { assertRefused, Lab, until } from '../harness/lab.ts'

test('a held host and a held branch do nothing, say who holds them, and go on when they are released', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.does('lock', 'one')
  // On the origin the gate is open, on the other host the command waits for it.
  alder!.write('tmp/gate', '')
  await alder!.does('exec', 'sh', '-c', 'touch begun; while [ ! -e gate ]; do sleep 0.1; done')
  await alder!.does('exec', 'touch', 'after')
  await alder!.does('ci')
  const running = birch!.begin({ limitMs: 120_000 }, 'up')
  await until(() => birch!.has('tmp/begun'), 'birch does the first operation')
  await birch!.does('hold', '-m', 'its disk is being copied')
  birch!.write('tmp/gate', '')
  const held = ['host birch is held by luke@birch since 2', 'its disk is being copied', 'isconf release']
  assertRefused(await running.done, 6, ...held)
  assert.equal(birch!.has('tmp/after'), false)

  process.kill(birch!.pid() ?? 0, 'SIGKILL')
  await birch!.start()
  assertRefused(await birch!.run('up'), 6, ...held)
  const state = async (): Promise<string> => (await alder!.run('fleet', 'birch')).stdout
  await until(async () => (await state()).includes('its disk is being copied'), 'alder hears that birch is held')
  assert.match(await state(), /^state +held: /m)

  await alder!.does('lock', 'an audit')
  await alder!.does('hold', '--branch')
  await alder!.does('ci')
  await birch!.does('release')
  assertRefused(await birch!.run('up'), 6, 'branch generic is held by luke@alder since 2', 'an audit', '--branch')
  // Birch has not done everything, and releases the branch all the same.
  assertRefused(await birch!.run('lock', 'go on'), 1, 'birch is behind', 'isconf lock --behind')
  await birch!.does('lock', '--behind', 'go on')
  await birch!.does('release', '--branch')
  await birch!.does('ci')
  await birch!.does('up')
  assert.equal(birch!.has('tmp/after'), true)
  const { position, operations, holds } = await birch!.status()
  assert.deepEqual([position, operations, holds], [4, 4, []])
})

test('a host with IS_UP=auto does up by itself, not while it is held, and once where an operation fails', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  writeFileSync(birch!.mainCfPath, 'DEFAULT:\n  IS_UP = auto\n  IS_UP_SPLAY = 0\n')
  await lab.start()
  await birch!.does('hold', '-m', 'its disk is being copied')
  await alder!.does('lock', 'one')
  await alder!.does('exec', 'touch', 'first')
  // Only where it is made is there a gate.
  alder!.write('tmp/gate', '')
  await alder!.does('exec', 'sh', '-c', 'echo again >> tries; test -e gate')
  await alder!.does('ci')
  const said = async (): Promise<string> => (await birch!.status()).unattended?.text ?? ''
  await until(async () => (await said()) === 'it waits: host birch is held', 'birch says what it waits for')
  assert.equal(birch!.has('tmp/first'), false)
  await birch!.does('release')
  await until(async () => (await said()).includes('ended with exit status 1; it tries again when'), 'birch has failed')
  assert.equal(birch!.has('tmp/first'), true)
  assert.match((await birch!.run('status')).stdout, /^up {6}by itself: at \S+: /m)
  assert.equal(birch!.read('tmp/tries'), 'again\n')
  // Something new, and what it failed for is gone.
  birch!.write('tmp/gate', '')
  await alder!.does('lock', 'two')
  await alder!.does('exec', 'touch', 'second')
  await alder!.does('ci')
  await until(() => birch!.has('tmp/second'), 'birch goes on')
  assert.equal(birch!.read('tmp/tries'), 'again\nagain\n')
  await until(async () => (await said()).includes('it did 2 operations'), 'birch says what it did')
})
