import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimNetwork, type SimTransport } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { sha256Hex } from '../base/index.ts'
import type { JournalRange } from '../journal/index.ts'
import { NoAnswerError } from '../mesh/answer-wait.ts'
import { RemoteError } from '../mesh/rpc.ts'
import type { PeerId } from '../mesh/transport.ts'
import { askJournal, type JournalSource, journalLineBytesMax, serveJournal } from './journal-exchange.ts'

const id = sha256Hex('first')
const timeoutMs = 5_000

interface Pair {
  readonly clock: SimClock
  readonly network: SimNetwork
  readonly ask: (branch?: string, after?: string) => Promise<JournalRange | undefined>
  readonly other: SimTransport
}

async function pairWith(source: JournalSource): Promise<Pair> {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  serveJournal(birch, source)
  const peer: PeerId = await clock.until(alder.dial(birch.address))
  const ask: Pair['ask'] = (branch = 'main', after = id) =>
    clock.until(askJournal(alder, peer, branch, after, { clock, timeoutMs }))
  return { clock, network, ask, other: birch }
}

const answering = (range: JournalRange | undefined): JournalSource => ({ linesAfter: async () => range })

test('askJournal() gets the lines that the source gives, and whether more follow', async () => {
  const asked: unknown[] = []
  const { ask } = await pairWith({
    linesAfter: async (...request) => {
      asked.push(request)
      return { lines: ['{"a":"é\\n"}', 'two'], more: true }
    },
  })
  assert.deepEqual(await ask('web-1', id), { lines: ['{"a":"é\\n"}', 'two'], more: true })
  assert.deepEqual(asked, [['web-1', id, 1024 * 1024]])
})

test('askJournal() is undefined when the peer does not know the changeset', async () => {
  const { ask } = await pairWith(answering(undefined))
  assert.equal(await ask(), undefined)
})

test('askJournal() takes one line of the largest size', async () => {
  const line = '"'.repeat(journalLineBytesMax)
  const { ask } = await pairWith(answering({ lines: [line], more: false }))
  assert.equal((await ask())?.lines[0]?.length, journalLineBytesMax)
})

test('serveJournal() refuses a request that is not of the protocol', async () => {
  const { ask } = await pairWith(answering({ lines: [], more: false }))
  for (const [branch, after] of [
    ['x'.repeat(301), id],
    ['main', 'ff'],
  ]) {
    await assert.rejects(ask(branch, after), (error) => error instanceof RemoteError && error.code === 'BAD_REQUEST')
  }
})

test('askJournal() gives a silent peer up', async () => {
  const { network, ask } = await pairWith(answering(undefined))
  network.hang('birch')
  await assert.rejects(ask(), NoAnswerError)
})

test('askJournal() refuses answers that are too long or never end', async () => {
  const half = 'x'.repeat(600 * 1024)
  for (const result of [
    { lines: [half, half], more: false },
    { lines: [], more: true },
    { lines: ['a\nb'], more: false },
    [],
    7,
  ]) {
    const { ask, other } = await pairWith(answering(undefined))
    other.handle('/isconf/journal/1', async (stream) => {
      const bytes = Buffer.from(JSON.stringify({ result }))
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      await stream.write(Buffer.concat([length, bytes]))
      await stream.closeWrite()
    })
    await assert.rejects(ask())
  }
})
