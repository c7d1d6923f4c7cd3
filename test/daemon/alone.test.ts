/** A host that reaches none of those that it was told of says so where it matters. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyOf, Lab, type LabHost, until } from '../harness/lab.ts'

test('a host that reaches nobody says so, and why, in up, lock, status and lint, and goes on', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await alder.start()
  const unreached = async (): Promise<boolean> =>
    (await alder.status()).mesh.unreached.some(({ reason }) => reason.includes('ECONNREFUSED'))
  await until(unreached, 'alder has tried')
  const where = `${birch.address}.*${birch.port}`
  const up = await alder.does('up')
  assert.match(up.stderr, /no other host is connected \(`isconf status` says why\)\n.*nothing to do/)
  const dry = await alder.does('up', '--dry-run')
  assert.match(dry.stdout + dry.stderr, /nothing to do; .*\n.*no other host is connected/)
  const lock = await alder.does('lock', 'alone')
  assert.match(lock.stderr, /no other host is connected \(`isconf status` says why\); nobody else has agreed to this\n/)
  assert.match((await alder.does('status')).stdout, new RegExp(`peers +none\nunmet +.*${where}.*ECONNREFUSED`))
  const lint = await alder.does('lint')
  assert.match(lint.stdout, new RegExp(`no host can be reached at .*${where}`))
  await birch.start()
  await lab.untilMet()
  await until(async () => (await alder.status()).mesh.unreached.length === 0, 'birch is reached')
  assert.doesNotMatch((await alder.does('unlock')).stderr, /no other host/)
})

test('a host whose only neighbour hangs says so in up, lock, status and doctor, from the first question on', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  birch.freeze()
  t.after(() => birch.thaw())
  const silent = 'birch: connected, but silent'
  const up = await alder.does('up')
  assert.match(up.stderr, new RegExp(`no other host answers \\(${silent}\\)\n.*nothing to do`))
  const lock = await alder.does('lock', 'alone')
  assert.match(lock.stderr, new RegExp(`no other host answers \\(${silent}\\); nobody else has agreed to this\n`))
  assert.match((await alder.does('status')).stdout, new RegExp(`peers +birch .*\n(.*\n)*warning +${silent}\n`))
  assert.match((await alder.run('doctor')).stdout, new RegExp(`error +network +${silent}\n`))
  birch.thaw()
  await until(async () => (await alder.status()).warnings.length === 0, 'birch answers')
  assert.doesNotMatch((await alder.does('unlock')).stderr, /no other host/)
})

test('hosts that do not admit each other say what is the matter, on both sides, in status, hosts, lock and up', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [LabHost, LabHost, LabHost]
  writeFileSync(join(alder.home, 'conf/hmac_keys'), `${keyOf('one')}\n`, { mode: 0o600 })
  writeFileSync(join(birch.home, 'conf/hmac_keys'), `${keyOf('two')}\n`, { mode: 0o600 })
  writeFileSync(join(cedar.home, 'conf/domain'), 'other.example.com\n')
  await Promise.all(lab.hosts.map((host) => host.start()))
  const apart = async (host: LabHost, ...others: readonly (readonly [LabHost, string])[]): Promise<void> => {
    const says = async (): Promise<boolean> => {
      const { strangers = [] } = (await host.status()).mesh
      return others.every(([{ address }, words]) =>
        strangers.some((one) => one.address === address && one.text.includes(words)),
      )
    }
    await until(says, `${host.name} says what is the matter`)
  }
  await apart(alder, [birch, 'key'], [cedar, 'is of another domain'])
  await apart(cedar, [alder, 'is of another domain'])
  const words = /127\.\d+\.\d+\.\d (is of another domain|shows no key|does not accept the key)/
  assert.match((await alder.does('status')).stdout, new RegExp(`peers +none\n(.*\n)*apart +${words.source}`))
  assert.match((await alder.does('hosts')).stderr, words)
  assert.match((await alder.does('lock', 'alone')).stderr, words)
  assert.match((await alder.does('up')).stderr, words)
})
