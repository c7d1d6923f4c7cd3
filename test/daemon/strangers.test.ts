import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, keyOf, Lab, type LabHost, until } from '../harness/lab.ts'

test('a host of another domain stays outside, and is counted', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  writeFileSync(join(birch!.home, 'conf/domain'), 'elsewhere.example.com\n')
  await alder!.start()
  await birch!.start()
  await untilRefused(alder!, birch!)
  await assertStrangers(alder!, birch!)
})

test('a host with another key stays outside, and is let in when it has the same', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  for (const host of lab.hosts) {
    host.env['IS_HMAC_KEYS'] = join(host.home, 'conf/hmac_keys')
    writeFileSync(host.env['IS_HMAC_KEYS'], `${keyOf(`key-of-${host.name}`)}\n`, { mode: 0o600 })
  }
  await alder!.start()
  await birch!.start()
  await untilRefused(alder!, birch!)
  await assertStrangers(alder!, birch!)
  assert.equal((await alder!.status()).mesh.authenticated, true)
  writeFileSync(birch!.env['IS_HMAC_KEYS']!, `${keyOf('key-of-alder')}\n`)
  await birch!.does('restart')
  await lab.untilMet()
  await until(async () => (await birch!.status()).operations === 1, 'birch learns what it was not told before')
})

test('a host without a key is not let in where keys are asked for', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  alder!.env['IS_HMAC_KEYS'] = join(alder!.home, 'conf/hmac_keys')
  writeFileSync(alder!.env['IS_HMAC_KEYS'], `${keyOf('a-key')}\n`, { mode: 0o600 })
  await alder!.start()
  await birch!.start()
  await untilRefused(alder!)
  await assertStrangers(alder!, birch!)
})

test('a key with # in it is refused with file and line, and never shown', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  const path = join(alder!.home, 'conf/hmac_keys')
  alder!.env['IS_HMAC_KEYS'] = path
  writeFileSync(path, '# ours\nse#cret\n', { mode: 0o600 })
  const run = await alder!.run('start')
  assert.equal(run.status, 22, run.stderr)
  assert.match(run.stderr, new RegExp(`${path}:2: a key must not hold #`))
  assert.doesNotMatch(run.stderr + alder!.log(), /se#cret/)
})

test('noise on the port costs nothing but the connection', async (context) => {
  const lab = await Lab.of(context, 'alder', 'birch')
  const [alder] = lab.hosts
  await lab.start()
  await Promise.all(Array.from({ length: 20 }, () => noise(alder!)))
  const { mesh } = await alder!.status()
  assert.deepEqual(
    mesh.peers.map(({ host }) => host),
    ['birch'],
  )
  await alder!.does('lock', 'still here')
  await alder!.does('exec', 'true')
  assert.match((await alder!.does('ci')).stderr, /stored on 2 hosts/)
})

async function untilRefused(...hosts: readonly LabHost[]): Promise<void> {
  for (const host of hosts) {
    await until(async () => (await host.status()).mesh.refused > 0, `${host.name} has turned a stranger away`)
  }
}

/** Neither knows of the other's doings. */
async function assertStrangers(alder: LabHost, birch: LabHost): Promise<void> {
  await alder.does('lock', 'alone')
  await birch.does('lock', 'alone too')
  await alder.does('exec', 'true')
  assert.match(assertDone(await alder.run('ci')).stderr, /stored on 1 host\n/)
  const { operations, mesh, lock } = await birch.status()
  assert.deepEqual([operations, mesh.peers, lock?.host], [0, [], 'birch'])
  assert.deepEqual((await alder.status()).mesh.peers, [])
  await birch.does('ci')
}

function noise({ port, address }: LabHost): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => socket.end(randomBytes(64 * 1024)))
    socket.resume()
    socket.on('error', () => undefined)
    socket.once('close', () => resolve())
  })
}
