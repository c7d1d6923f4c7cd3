/** What operations wrote, asked of the host where they ran and of another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { user } from '../../../test/sim/cluster-host.ts'
import { twoHosts } from '../../../test/support/asked.ts'
import type { HistoryRow, HostRow, OutputAnswer } from '../../control/index.ts'
import { execRequest } from './exec.ts'
import { historyRequest } from './history.ts'
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

test('what a command wrote on its origin is kept, masked, by its place in the work and then by the name of the operation', async (t) => {
  const { alder, birch, cluster, ask } = await twoHosts(t)
  const output = async (host: typeof alder, body: object): Promise<OutputAnswer> =>
    (await ask<OutputAnswer>(host, outputRequest, body)).result
  const exec = (argv: readonly string[], env = {}) => ask(alder, execRequest, { user, cwd: '/', argv, env })
  assert.equal((await cluster.ask('alder', 'lock', 'because')).type, 'done')
  await assert.rejects(output(alder, { operation: 'wip:0' }), { code: 'NO_SUCH_OPERATION' })
  await exec(['append', '/log', 'x'])
  await exec(['append', '/log', 'secret'], { PASSWORD: 'secret' })
  const before = await output(alder, { operation: 'wip:1' })
  assert.deepEqual([before.operation, before.stdout], ['wip:1', 'append /log ***\n'])
  assert.equal((await cluster.ask('alder', 'ci')).type, 'done')
  await assert.rejects(output(alder, { operation: 'wip:1' }), { code: 'NO_SUCH_OPERATION' })
  const id = alder.daemon.branch.journal.head
  assert.equal((await output(alder, { operation: `${id}:0` })).stdout, 'append /log x\n')
  const kept = await output(alder, { operation: `${id}:1` })
  assert.deepEqual([kept.stdout, kept.time], [before.stdout, before.time])
  assert.deepEqual(await output(birch, { operation: `${id}:1`, host: 'alder' }), kept)
})

test('what a command wrote that failed on its origin goes by the name that its history has', async (t) => {
  const { alder, cluster, ask } = await twoHosts(t)
  assert.equal((await cluster.ask('alder', 'lock', 'because')).type, 'done')
  alder.machine.broken = true
  assert.equal((await cluster.ask('alder', 'exec', 'append', '/log', 'x')).type, 'failed')
  const { result } = await ask<readonly HistoryRow[]>(alder, historyRequest, {})
  const operation = result.find(({ event }) => event === 'unrecorded')?.operation
  const kept = (await ask<OutputAnswer>(alder, outputRequest, { operation })).result
  assert.deepEqual([kept.operation, kept.stdout], [operation, 'append /log x\n'])
  await assert.rejects(ask(alder, outputRequest, { operation, host: 'birch' }), { code: 'NO_SUCH_OPERATION' })
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
