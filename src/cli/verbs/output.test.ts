/** What an operation wrote, as history and fleet show it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostWith } from '../../../test/support/typed.ts'
import type { HostRow, OutputAnswer } from '../../control/index.ts'

const answer: OutputAnswer = {
  ...{ host: 'birch', operation: '0123456789ab:0', time: '2030-01-01T00:00:00.000Z' },
  ...{ stdout: 'one\ntwo\n', stderr: 'E: broken\n', cutBytes: { stdout: 70, stderr: 2 } },
}
const said =
  'isconf: what 0123456789ab:0 wrote on birch, until 2030-01-01T00:00:00.000Z; 72 bytes before it are not kept\n'

test('history --output shows both streams, each where it belongs', async (t) => {
  const { type } = await hostWith(t, { 'GET /v1/output?operation=0123%3A0': answer })
  const shown = await type('history', '--output', '0123:0')
  assert.deepEqual([shown.status, shown.out, shown.err], [0, 'one\ntwo\n', `${said}E: broken\n`])
  assert.deepEqual(JSON.parse((await type('history', '--output', '0123:0', '--json')).out), answer)
})

const row: HostRow = {
  ...{ name: 'birch', peerId: 'p', here: false, connected: true, address: 'a', seen: null, state: 'stopped' },
  ...{ release: '5', branch: 'web', position: 1, operations: 2, deviations: [], boot: null },
  stopped: { operation: '0123456789ab:0', why: 'it ended with exit status 1: E: \x1b[2Jbroken', since: null },
}

test('fleet HOST --output asks for what it wrote where it is stopped', async (t) => {
  const path = 'GET /v1/output?host=birch&operation=0123456789ab%3A0'
  const { type } = await hostWith(t, { 'GET /v1/hosts': [row], [path]: answer })
  const shown = await type('fleet', 'birch', '--output')
  assert.deepEqual([shown.status, shown.out], [0, 'one\ntwo\n'])
  assert.match((await type('fleet')).out, /: it ended with exit status 1: E: \\u001b\[2Jbroken$/m)
  const bare = await type('fleet', '--output')
  assert.deepEqual([bare.status, bare.asked.at(-1)], [22, 'GET /v1/hosts'])
})
