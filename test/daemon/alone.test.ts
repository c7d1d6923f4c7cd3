/** A host that reaches none of those that it was told of says so where it matters. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lab, type LabHost, until } from '../harness/lab.ts'

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
  const lock = await alder.does('lock', 'alone')
  assert.match(lock.stderr, /no other host is connected \(`isconf status` says why\); nobody else has agreed to this\n/)
  assert.match((await alder.does('status')).stdout, new RegExp(`peers +none\nunmet +.*${where}.*ECONNREFUSED`))
  const lint = await alder.does('lint')
  assert.match(lint.stdout, new RegExp(`no host is reached at .*${where}`))
  await birch.start()
  await lab.untilMet()
  await until(async () => (await alder.status()).mesh.unreached.length === 0, 'birch is reached')
  assert.doesNotMatch((await alder.does('unlock')).stderr, /no other host/)
})
