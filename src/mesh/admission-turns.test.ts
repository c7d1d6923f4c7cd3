import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { AdmissionTurns, type Applicant, sharedAddress } from './admission-turns.ts'

/** What a stranger costs where there are 64 keys. */
const costMs = 40
/** How long an admission may take. */
const patienceMs = 10_000

/** Turns on a simulated clock, on which work takes time that is counted and does not pass. */
function turnsOn(seed = 1) {
  const clock = new SimClock()
  const turns = new AdmissionTurns(clock, seededRandom(seed))
  const state = { spentMs: 0, done: 0 }
  /** Comes and waits for its turn as long as the gate would. Whether it got one, and after how long. */
  const come = async (address: string, isKnown = false): Promise<number | undefined> => {
    const gone = new AbortController()
    const applicant: Applicant = { address, isKnown, signal: gone.signal }
    const beganMs = clock.monotonicMs()
    const cancel = clock.after(patienceMs, () => gone.abort(new Error('no admission in time')))
    const work = (): void => {
      state.spentMs += costMs
      state.done += 1
      turns.spend(costMs)
    }
    const got = await turns.run(applicant, work).then(
      () => clock.monotonicMs() - beganMs,
      () => undefined,
    )
    cancel()
    return got
  }
  return { clock, turns, state, come }
}

/** So many come in a second, from these addresses in turn, until the time or `until`. */
async function flood(
  { clock, come }: ReturnType<typeof turnsOn>,
  perSecond: number,
  addresses: readonly string[],
  { seconds, until = () => false }: { readonly seconds: number; readonly until?: () => boolean },
): Promise<void> {
  let at = 0
  for (let step = 0; step < seconds * 10 && !until(); step += 1) {
    for (; at < (perSecond * (step + 1)) / 10; at += 1) void come(addresses[at % addresses.length] as string)
    await clock.run(100)
  }
}

test('whatever comes, work takes half of the time, and what it may at once; who waits is bounded by who is there', async () => {
  const world = turnsOn()
  await flood(world, 50, ['10.0.0.1', '10.0.0.2'], { seconds: 40 })
  assert.ok(world.state.spentMs <= 2_000 + 20_000 + costMs, `${world.state.spentMs} ms`)
  assert.ok(world.state.spentMs >= 20_000, 'what may be done is done')
  assert.ok(world.turns.waiting <= (50 * patienceMs) / 1_000, `${world.turns.waiting} wait`)
  await world.clock.run(patienceMs)
  assert.equal(world.turns.waiting, 0)
  // After a rest nobody waits.
  await world.clock.run(10_000)
  assert.deepEqual(
    await Promise.all(Array.from({ length: 40 }, (_, at) => world.come(`10.0.1.${at}`))),
    Array(40).fill(0),
  )
})

test('a flood from some addresses delays who comes from another one by a turn of each', async () => {
  const world = turnsOn()
  const addresses = Array.from({ length: 10 }, (_, at) => `10.0.0.${at}`)
  await flood(world, 50, addresses, { seconds: 8 })
  let wait: number | undefined
  const coming = world.come('10.0.9.9').then((ms) => {
    wait = ms
  })
  await flood(world, 50, addresses, { seconds: 20, until: () => wait !== undefined })
  await coming
  assert.ok(wait !== undefined && wait <= (addresses.length + 1) * (costMs * 2 + 1), `${wait} ms`)
})

test('a host that was admitted before has the next turn, and one behind the address of a flood gets in in the end', async () => {
  const world = turnsOn()
  await flood(world, 50, ['10.0.0.1'], { seconds: 8 })
  let knownMs = Number.POSITIVE_INFINITY
  void world.come('10.0.0.1', true).then((ms) => {
    if (ms !== undefined) knownMs = ms
  })
  await flood(world, 50, ['10.0.0.1'], { seconds: 1 })
  assert.ok(knownMs <= costMs * 2 + 1, `${knownMs} ms`)
  let isIn = false
  const trying = (async () => {
    for (let tries = 1; tries <= 20 && !isIn; tries += 1) isIn = (await world.come('10.0.0.1')) !== undefined
  })()
  await flood(world, 50, ['10.0.0.1'], { seconds: 20 * (patienceMs / 1_000), until: () => isIn })
  await trying
  assert.ok(isIn)
})

test('who of one address has the next turn is chance: each of those that wait may have it, whenever it came', async () => {
  const waiting = 5
  const firsts = new Set<number>()
  for (let seed = 1; seed <= 40; seed += 1) {
    const { clock, turns, come } = turnsOn(seed)
    turns.spend(2_000)
    const served: number[] = []
    for (let at = 0; at < waiting; at += 1) void come('10.0.0.1').then(() => served.push(at))
    await clock.run(costMs * 2 * (waiting + 1))
    assert.deepEqual(served.toSorted(), [0, 1, 2, 3, 4], 'each in its turn')
    firsts.add(served[0] ?? Number.NaN)
  }
  assert.deepEqual([...firsts].toSorted(), [0, 1, 2, 3, 4])
})

test('work that fails is counted, and fails for who has asked for it; who is gone has none', async () => {
  const clock = new SimClock()
  const turns = new AdmissionTurns(clock, seededRandom(1))
  const { signal } = new AbortController()
  const wrong = (): never => {
    turns.spend(5_000)
    throw new Error('a share is none')
  }
  await assert.rejects(turns.run({ address: 'a', signal }, wrong), /a share is none/)
  let done = false
  const next = turns.run({ address: 'a', signal }, () => (done = true))
  await clock.run(5_900)
  assert.equal(done, false)
  await clock.run(200)
  assert.equal(await next, true)
  await assert.rejects(
    turns.run({ address: 'a', signal: AbortSignal.abort(new Error('gone')) }, () => 1),
    /gone/,
  )
})

test('sharedAddress() takes all of a host with IPv6 for one address', () => {
  const cases = {
    '10.0.0.1': '10.0.0.1',
    '::ffff:10.0.0.1': '10.0.0.1',
    'fd00:0:0:1:2:3:4:5': 'fd00:0:0:1',
    'fd00:0:0:1::9': 'fd00:0:0:1',
    'fd00::1:2:3:4:5': 'fd00:0:0:1',
    'fe80::1%eth0': 'fe80:0:0:0',
    '::1': '0:0:0:0',
    '2001:0db8::': '2001:db8:0:0',
    '': '',
  }
  for (const [ip, shared] of Object.entries(cases)) assert.equal(sharedAddress(ip), shared)
})
