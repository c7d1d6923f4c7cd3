/** What operations wrote, asked of the host where they ran and of another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { twoHosts } from '../../../test/support/asked.ts'
import type { HostRow, OutputAnswer } from '../../control/index.ts'
import { hostsRequest } from './hosts.ts'
import { outputRequest } from './output.ts'

test('what a command wrote is told where it ran and, asked from another host, there', async (t) => {
  const { alder, birch, cluster, checkIn, ask } = await twoHosts(t)
  await checkIn('exec append /log x', 'exec append /log y')
  const id = alder.daemon.branch.journal.head
  const output = async (host: typeof alder, body: object): Promise<OutputAnswer> =>
    (await ask<OutputAnswer>(host, outputRequest, body)).result
  await assert.rejects(output(birch, { operation: id }), { code: 'NOT_KEPT' })
  assert.equal((await cluster.ask('birch', 'up')).type, 'done')
  const here = await output(birch, { operation: `${id}:0` })
  assert.deepEqual([here.host, here.stdout, here.stderr], ['birch', 'append /log x\n', ''])
  assert.deepEqual(await output(alder, { operation: `${id}:0`, host: 'birch' }), here)
  assert.equal((await output(alder, { host: 'birch' })).stdout, 'append /log y\n')
  await assert.rejects(output(alder, { operation: `${id}:0`, host: 'cedar' }), { code: 'NO_SUCH_HOST' })
  await assert.rejects(output(alder, { operation: 'ffff', host: 'birch' }), { code: 'NO_SUCH_OPERATION' })
  birch.crash()
  await assert.rejects(output(alder, { operation: `${id}:0`, host: 'birch' }), { code: 'HOST_NOT_REACHED' })
})

test('every host hears the last line of what stopped one', async (t) => {
  const { alder, birch, cluster, checkIn, ask } = await twoHosts(t)
  await checkIn('exec append /log x')
  birch.machine.broken = true
  assert.notEqual((await cluster.ask('birch', 'up')).type, 'done')
  await cluster.run(60_000)
  for (const host of [alder, birch]) {
    const { result } = await ask<readonly HostRow[]>(host, hostsRequest, {})
    const row = result.find(({ name }) => name === 'birch')
    assert.equal(row?.stopped?.why, 'it ended with exit status 1: append /log x')
  }
})
