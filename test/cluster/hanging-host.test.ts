/** What a host that hangs costs the others: connected, and without an answer to anything, as a stopped process is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, describeOutcome } from '../sim/cluster.ts'

/** What a verb may take longer because of it. */
const costMsMax = 1_000

const work: readonly (readonly [host: string, ...words: string[]])[] = [
  ['alder', 'lock', 'a change'],
  ['alder', 'exec', 'append', '/data/log', 'one'],
  ['alder', 'ci'],
  ['birch', 'up'],
  ['birch', 'lock', 'another'],
  ['birch', 'hold-branch', 'a while'],
  ['birch', 'release-branch', 'it is over'],
  ['birch', 'unlock'],
  ['alder', 'fork', 'other'],
]

/** How long each verb takes in simulated time; cedar hangs since just before the verb with this number. */
async function timesMs(hangsBefore: number | undefined): Promise<readonly number[]> {
  const cluster = await Cluster.of(1, ['alder', 'birch', 'cedar', 'dogwood'])
  const times: number[] = []
  for (const [index, [host, ...words]] of work.entries()) {
    if (index === hangsBefore) cluster.network.hang('cedar')
    const beganMs = cluster.clock.monotonicMs()
    const outcome = await cluster.ask(host, ...words)
    assert.equal(outcome.type, 'done', `${words.join(' ')}: ${describeOutcome(outcome)}`)
    times.push(cluster.clock.monotonicMs() - beganMs)
  }
  cluster.network.healAll()
  for (const words of [['up'], ['lock', 'cedar is back']]) {
    const outcome = await cluster.ask('cedar', ...words)
    assert.equal(outcome.type, 'done', `cedar: ${words.join(' ')}: ${describeOutcome(outcome)}`)
  }
  assert.equal(cluster.branch('alder').state.lock?.host, 'cedar')
  cluster.end()
  return times
}

test('a host that answers again is told at once what it has missed', async () => {
  const cluster = await Cluster.of(1, ['alder', 'birch', 'cedar'])
  cluster.network.hang('cedar')
  for (const words of [['lock', 'a change'], ['exec', 'append', '/data/log', 'one'], ['ci']])
    await cluster.ask('alder', ...words)
  // Nothing is under way any more.
  await cluster.run(10_000)
  cluster.network.wake('cedar')
  await cluster.run(1_000)
  assert.equal(cluster.branch('cedar').journal.length, 1)
  cluster.end()
})

test('a host that hangs costs no verb of another host more than a second, not even the first', async () => {
  const usual = await timesMs(undefined)
  for (const [hangsBefore, [, verb = '']] of work.entries()) {
    if (!['lock', 'ci', 'up', 'unlock', 'fork'].includes(verb)) continue
    const times = await timesMs(hangsBefore)
    for (const [index, [host, ...words]] of work.entries()) {
      const costMs = (times[index] as number) - (usual[index] as number)
      assert.ok(costMs <= costMsMax, `${host}: ${words.join(' ')}: ${costMs} ms, hanging since ${work[hangsBefore]}`)
    }
  }
})
