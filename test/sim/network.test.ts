import assert from 'node:assert/strict'
import test from 'node:test'
import { answer, ask } from '../../src/mesh/rpc.ts'
import { SimClock } from './clock.ts'
import { SimNetwork } from './network.ts'
import { seededRandom } from './random.ts'

function world(seed = 1) {
  const clock = new SimClock()
  return { clock, network: new SimNetwork(clock, seededRandom(seed)) }
}

test('SimClock fires timers in order, and what each sets off before the next', async () => {
  const clock = new SimClock()
  const seen: string[] = []
  clock.after(20, () => seen.push(`late ${clock.monotonicMs()}`))
  clock.after(10, () => {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => clock.after(5, () => seen.push(`nested ${clock.monotonicMs()}`)))
  })
  clock.after(10, () => seen.push('second'))()
  await clock.run(30)
  assert.deepEqual(seen, ['nested 15', 'late 20'])
  assert.equal(clock.monotonicMs(), 30)
})

test('a stream crosses the network, and a cut breaks it on both sides', async () => {
  const { clock, network } = world()
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  const events: string[] = []
  for (const host of [alder, birch]) host.onPeer(({ type, peer }) => events.push(`${host.name}: ${peer} ${type}`))
  birch.handle('/echo', async (stream) => {
    for await (const bytes of stream.incoming) await stream.write(bytes)
  })
  await clock.until(alder.dial('sim:birch'))
  const stream = await clock.until(alder.openStream(birch.self, '/echo'))
  await clock.until(stream.write(new Uint8Array([1, 2, 3])))
  const reader = stream.incoming[Symbol.asyncIterator]()
  assert.deepEqual([...((await clock.until(reader.next())).value ?? [])], [1, 2, 3])
  network.cut('alder', 'birch')
  await assert.rejects(clock.until(reader.next()), /connection lost/)
  await clock.run(10)
  assert.deepEqual(events.sort(), ['alder: birch down', 'alder: birch up', 'birch: alder down', 'birch: alder up'])
  await assert.rejects(clock.until(alder.dial('sim:birch')), /no answer/)
  network.heal('alder', 'birch')
  assert.equal(await clock.until(alder.dial('sim:birch')), birch.self)
})

test('a question and its answer cross the network once each', async () => {
  const { clock, network } = world()
  network.setFaults({ latencyMsMin: 10, latencyMsMax: 10 })
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  answer(birch, '/echo', { requestBytesMax: 100, concurrentPerPeerMax: 1 }, async (question) => question)
  await clock.until(alder.dial('sim:birch'))
  const beganMs = clock.monotonicMs()
  const options = { timeoutMs: 1_000, clock, answerBytesMax: 100 }
  assert.equal(await clock.until(ask(alder, birch.self, '/echo', 'there?', options)), 'there?')
  assert.equal(clock.monotonicMs() - beganMs, 20)
})

test('a partition lets through only what stays within a part', async () => {
  const { clock, network } = world()
  const [alder] = ['alder', 'birch', 'cedar'].map((name) => network.transport(name))
  assert.ok(alder)
  network.partition([['alder', 'birch'], ['cedar']])
  await clock.until(alder.dial('sim:birch'))
  await assert.rejects(clock.until(alder.dial('sim:cedar')), /no answer/)
  network.healAll()
  await clock.until(alder.dial('sim:cedar'))
  assert.equal(alder.peers().length, 2)
})

test('a silent host delivers everything once it wakes', async () => {
  const { clock, network } = world()
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  const heard: string[] = []
  birch.handle('/note', async (stream) => {
    heard.push(stream.peer)
  })
  await clock.until(alder.dial('sim:birch'))
  network.hang('birch')
  const opened = alder.openStream(birch.self, '/note')
  await clock.run(1_000)
  assert.deepEqual(heard, [])
  assert.deepEqual(
    alder.peers().map(({ id }) => id),
    [birch.self],
  )
  network.wake('birch')
  await clock.until(opened)
  assert.deepEqual(heard, [alder.self])
})

test('of the streams of a protocol some are lost when they are opened, and no others', async () => {
  const { clock, network } = world()
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  for (const protocol of ['/lossy', '/sure']) birch.handle(protocol, async () => undefined)
  network.setFaults({ lossRate: (protocol) => (protocol === '/lossy' ? 0.5 : 0) })
  await clock.until(alder.dial('sim:birch'))
  const opened = async (protocol: string): Promise<number> => {
    const tried = Array.from({ length: 40 }, () => alder.openStream(birch.self, protocol))
    return (await clock.until(Promise.allSettled(tried))).filter(({ status }) => status === 'fulfilled').length
  }
  const some = await opened('/lossy')
  assert.ok(some > 5 && some < 35, `${some} of 40`)
  assert.equal(await opened('/sure'), 40)
})

test('a host that crashed and came back under its name is another connection', async () => {
  const { clock, network } = world()
  const alder = network.transport('alder')
  const first = network.transport('birch')
  const events: string[] = []
  alder.onPeer(({ type }) => events.push(type))
  await clock.until(alder.dial('sim:birch'))
  first.crash()
  await clock.run(10)
  await assert.rejects(clock.until(alder.dial('sim:birch')), /connection refused/)
  network.transport('birch')
  await clock.until(alder.dial('sim:birch'))
  assert.deepEqual(events, ['up', 'down', 'up'])
})

test('the same seed gives the same run, another seed another', async () => {
  const trace = async (seed: number): Promise<string> => {
    const { clock, network } = world(seed)
    network.setFaults({ lossRate: () => 0.3 })
    const hosts = ['alder', 'birch', 'cedar', 'elder'].map((name) => network.transport(name))
    const heard: string[] = []
    for (const host of hosts) {
      host.handle('/note', async ({ peer }) => {
        heard.push(`${clock.monotonicMs()} ${host.name} ${peer}`)
      })
      for (const other of hosts) if (other !== host) await clock.until(host.dial(other.address))
    }
    for (let round = 0; round < 20; round += 1) {
      hosts[round % 4]?.openStream(hosts[(round + 1) % 4]!.self, '/note').catch(() => undefined)
    }
    await clock.run(1_000)
    return heard.join('\n')
  }
  assert.equal(await trace(7), await trace(7))
  assert.notEqual(await trace(7), await trace(8))
})
