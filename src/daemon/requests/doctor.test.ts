/** What doctor says of simulated hosts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { twoHosts } from '../../../test/support/asked.ts'
import { IsconfError } from '../../base/index.ts'
import type { Diagnosis } from '../../control/index.ts'
import { doctorRequest } from './doctor.ts'

test('doctor names what stops a host, and is content with one that nothing stops', async (t) => {
  const { alder, birch, cluster, checkIn, ask } = await twoHosts(t)
  const found = async (host: typeof alder): Promise<readonly string[]> => {
    const { result } = await ask<readonly Diagnosis[]>(host, doctorRequest, {})
    for (const { severity, hint } of result) assert.equal(hint === null, severity === 'good')
    return result.filter(({ check }) => check === 'host').map(({ severity, message }) => `${severity} ${message}`)
  }
  assert.deepEqual(await found(alder), ['good on branch generic, and nothing stops it'])
  await checkIn('exec append /log x')
  birch.machine.broken = true
  assert.notEqual((await cluster.ask('birch', 'up')).type, 'done')
  const [stopped = '', ...others] = await found(birch)
  assert.match(stopped, /^error stopped at [0-9a-f]{12}:0 since \S+: it ended with exit status 1: append \/log x$/)
  assert.deepEqual(others, [])
  assert.deepEqual(await found(alder), ['good on branch generic, and nothing stops it'])
  birch.machine.broken = false
  const id = birch.daemon.branch.journal.head
  await cluster.ask('birch', 'skip', `${id}:0`, 'not here')
  assert.deepEqual(await found(birch), ['warning differs from its journal in 1'])
})

test('doctor calls no host good that up refuses, for a damaged file or for a copy of it', async (t) => {
  const { alder, ask } = await twoHosts(t)
  const rows = async (): Promise<readonly string[]> => {
    const { result } = await ask<readonly Diagnosis[]>(alder, doctorRequest, {})
    return result.filter(({ check }) => check === 'host').map(({ severity, message }) => `${severity} ${message}`)
  }
  const copied = 'another machine has this key'
  const { process } = alder.parts
  Object.assign(process, { cloned: () => copied, warnings: () => [copied] })
  assert.deepEqual(await rows(), [])
  Object.assign(process, { cloned: () => undefined, warnings: () => [] })
  alder.daemon.damaged.found(new IsconfError('STATE_DAMAGED', 'conf/history is damaged', { hint: 'look at it' }))
  assert.deepEqual(await rows(), ['warning conf/history is damaged (look at it)'])
})
