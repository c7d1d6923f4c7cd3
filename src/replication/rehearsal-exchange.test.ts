import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimNetwork, type SimTransport } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { type BranchName, type ChangesetId, IsconfError, sha256Hex } from '../base/index.ts'
import type { Operation } from '../journal/index.ts'
import type { PeerId } from '../mesh/transport.ts'
import { askRehearsal, type PeerVerdict, type WorkToRehearse } from './rehearsal-exchange.ts'
import { type RehearsalAsker, serveRehearsals } from './rehearsal-serve.ts'

const operation: Operation = { type: 'exec', argv: ['true'], cwd: '/', env: {} }
const work: WorkToRehearse = {
  branch: 'generic' as BranchName,
  base: sha256Hex('base') as ChangesetId,
  lock: '0'.repeat(32),
  net: false,
  operations: [operation, { type: 'unknown', written: { type: 'paint', colour: 'red' } }],
}
const passes: PeerVerdict = { number: 1, verdict: 'passes', status: 0, why: null }

type Rehearse = (work: WorkToRehearse, asker: RehearsalAsker) => Promise<readonly PeerVerdict[]>

interface Pair {
  readonly clock: SimClock
  readonly network: SimNetwork
  readonly birch: SimTransport
  readonly heard: string[]
  readonly asking: AbortController
  readonly ask: () => Promise<readonly PeerVerdict[]>
}

async function pairWith(rehearse?: Rehearse): Promise<Pair> {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  if (rehearse) serveRehearsals(birch, clock, rehearse)
  const peer: PeerId = await clock.until(alder.dial(birch.address))
  const heard: string[] = []
  const asking = new AbortController()
  const hearer = {
    begun: (index: number) => void heard.push(`begun ${index}`),
    remark: (text: string) => void heard.push(text),
    output: async (stream: string, bytes: Uint8Array) => void heard.push(`${stream} ${Buffer.from(bytes)}`),
  }
  const question = { host: 'birch', clock, hearer, signal: asking.signal }
  return { clock, network, birch, heard, asking, ask: () => askRehearsal(alder, peer, work, question) }
}

const refusal =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof IsconfError && error.code === 'REHEARSAL_REFUSED' && message.test(error.message)

test('askRehearsal() gets the verdicts, and hears how it goes on; what is not known arrives as it was written', async () => {
  let came: WorkToRehearse | undefined
  const { clock, ask, heard } = await pairWith(async (asked, { begun, remark, output }) => {
    came = asked
    begun(0)
    await output('stderr', Buffer.from('said'))
    remark('a remark')
    return [passes]
  })
  assert.deepEqual(await clock.until(ask()), [passes])
  assert.deepEqual(came, work)
  assert.deepEqual(heard, ['begun 0', 'stderr said', 'a remark'])
})

test('askRehearsal() says why it was refused, with the hint of the host that was asked', async () => {
  const { clock, ask } = await pairWith(async () => {
    throw new IsconfError('REHEARSAL_REFUSED', 'it is busy', { hint: 'wait' })
  })
  await assert.rejects(
    clock.until(ask()),
    (error) => refusal(/^nothing was rehearsed on birch: it is busy$/)(error) && (error as IsconfError).hint === 'wait',
  )
})

test('askRehearsal() refuses for a host of a release without rehearsals, one that says nothing, and one that talks nonsense', async () => {
  const old = await pairWith()
  await assert.rejects(old.clock.until(old.ask()), refusal(/^nothing was rehearsed on birch: it can't be asked: /))
  const silent = await pairWith()
  silent.birch.handle('/isconf/rehearse/1', () => new Promise(() => undefined))
  await assert.rejects(silent.clock.until(silent.ask()), refusal(/it said nothing for 60 s/))
  const odd = await pairWith()
  odd.birch.handle('/isconf/rehearse/1', async (stream) => {
    await stream.write(Buffer.from('\0\0\0\u0002{}'))
    await stream.closeWrite()
  })
  await assert.rejects(odd.clock.until(odd.ask()), refusal(/^nothing was rehearsed on birch: /))
})

test('serveRehearsals() ends a rehearsal whose asker is gone, and one that takes too long, which lives meanwhile', async () => {
  const untilAborted: Rehearse = (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const long = await pairWith(untilAborted)
  await assert.rejects(long.clock.until(long.ask(), 1_000_000), refusal(/it took longer than 15 minutes/))

  let ended: Promise<unknown> = Promise.resolve()
  let isBegun: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    isBegun = resolve
  })
  const gone = await pairWith((asked, asker) => {
    const run = untilAborted(asked, asker)
    ended = run.catch((error: Error) => error.message)
    isBegun()
    return run
  })
  const asked = gone.ask()
  asked.catch(() => undefined)
  await gone.clock.until(begun)
  gone.asking.abort(new IsconfError('INTERRUPTED', 'Ctrl-C'))
  await assert.rejects(gone.clock.until(asked), /Ctrl-C/)
  assert.equal(await gone.clock.until(ended), 'the host that asked for it is gone')
})

test('serveRehearsals() rehearses once at a time for a peer', async () => {
  let isBegun: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    isBegun = resolve
  })
  const { clock, ask } = await pairWith((_, { signal }) => {
    isBegun()
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const first = ask()
  first.catch(() => undefined)
  await clock.until(begun)
  await assert.rejects(clock.until(ask()), refusal(/it rehearses for this host already/))
})
