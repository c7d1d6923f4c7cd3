/** When a host does `up` by itself: a clock that a test moves, and the time zones of the world. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { type ErrorCode, IsconfError, silentLog } from '../base/index.ts'
import type { UpSettings } from '../config/index.ts'
import { parseUpWindow } from '../config/up-window.ts'
import type { UpAnswer } from '../control/index.ts'
import { type ToDo, UnattendedUp } from './unattended-up.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

function windowOf(text: string): UpSettings['upWindow'] {
  const parsed = parseUpWindow(text)
  return 'value' in parsed ? parsed.value : assert.fail(parsed.problem)
}

/** A host with something to do, at a moment; each operation takes an hour. */
function host(t: TestContext, settings: Partial<UpSettings>, at = '2030-01-01T00:00:00Z') {
  const clock = new SimClock()
  clock.jumpWall(Date.parse(at) - clock.wallMs())
  const world = {
    clock,
    settings: { upMode: 'auto', upSplayS: 0, upWindow: undefined, ...settings } as UpSettings,
    toDo: { pending: 1, obstacle: undefined, state: 'first' } as ToDo,
    failure: undefined as ErrorCode | undefined,
    /** When an operation was begun, by the clock on the wall in UTC. */
    begun: [] as string[],
    ups: 0,
    looks: 0,
  }
  const up = async (mayBegin: () => boolean): Promise<UpAnswer> => {
    world.ups += 1
    if (world.failure) throw new IsconfError(world.failure, `failed with ${world.failure}`)
    let done = 0
    for (; world.toDo.pending > 0 && mayBegin(); done += 1) {
      world.begun.push(new Date(clock.wallMs()).toISOString().slice(0, 16))
      await new Promise<void>((resolve) => void clock.after(hourMs, resolve))
      world.toDo = { ...world.toDo, pending: world.toDo.pending - 1, state: `${world.toDo.pending} left` }
    }
    const rest = { branch: 'web', passedOver: 0, rebooting: null, unfetched: [] }
    return { ...rest, done, position: done, left: world.toDo.pending }
  }
  const random = seededRandom(1)
  const unattended = new UnattendedUp({
    ...{ clock, random, log: silentLog, up },
    settings: () => world.settings,
    toDo: async () => {
      world.looks += 1
      return world.toDo
    },
  })
  t.after(() => unattended.stop())
  let settingsChanged = (): void => assert.fail('nobody listens')
  unattended.start((listener) => {
    settingsChanged = listener
    return () => undefined
  })
  return { ...world, world, unattended, settingsChanged }
}

test('a host begins when something is there, and has nothing to say where people ask for up', async (t) => {
  const { world, clock, unattended, settingsChanged } = host(t, { upMode: 'manual' })
  await clock.run(hourMs)
  assert.deepEqual([world.ups, world.looks, unattended.status()], [0, 0, undefined])
  world.settings = { ...world.settings, upMode: 'auto' }
  settingsChanged()
  await clock.run(2 * minuteMs)
  assert.deepEqual(unattended.status(), { window: null, text: 'it is under way' })
  await clock.run(2 * hourMs)
  assert.equal(world.ups, 1)
  assert.match(unattended.status()?.text ?? '', /^last at \S+: it did 1 operation$/)
  world.toDo = { ...world.toDo, pending: 2, state: 'more' }
  await clock.run(3 * hourMs)
  assert.deepEqual([world.ups, world.begun.length], [2, 3])
  world.settings = { ...world.settings, upMode: 'manual' }
  settingsChanged()
  const { looks } = world
  await clock.run(hourMs)
  assert.equal(world.looks, looks, 'left to people it looks at nothing')
})

test('the splay is waited for, by chance, and the window is looked at again after it', async (t) => {
  const { world, clock, unattended } = host(t, { upSplayS: 3_600 })
  await clock.run(1)
  const [, begins = ''] = /^it begins at (\S+)$/.exec(unattended.status()?.text ?? '') ?? []
  const waitMs = Date.parse(begins) - clock.wallMs()
  assert.ok(waitMs > 0 && waitMs < hourMs, begins)
  await clock.run(waitMs - 1_000)
  assert.equal(world.ups, 0)
  await clock.run(2_000)
  assert.equal(world.ups, 1)

  const late = host(t, { upSplayS: 3_600, upWindow: windowOf('00:00-00:01 UTC') })
  await late.clock.run(6 * hourMs)
  assert.equal(late.world.ups, 0)
  assert.match(late.unattended.status()?.text ?? '', /^the window is closed until 2030-01-02T00:00:00.000Z$/)
})

for (const [season, at, opens, closes] of [
  ['spring', '2026-03-28T12:00:00Z', '2026-03-28T21:00', '2026-03-29T03:00'],
  ['autumn', '2026-10-24T12:00:00Z', '2026-10-24T20:00', '2026-10-25T04:00'],
] as const) {
  test(`the window is kept in the night in which the clock is changed in ${season}`, async (t) => {
    const { world, clock } = host(t, { upWindow: windowOf('Sat 22:00-05:00 Europe/Berlin') }, at)
    world.toDo = { ...world.toDo, pending: 100 }
    await clock.run(24 * hourMs)
    const hours = (Date.parse(`${closes}Z`) - Date.parse(`${opens}Z`)) / hourMs
    assert.deepEqual([world.begun[0], world.begun.length], [opens, hours])
    const last = Date.parse(`${world.begun.at(-1)}Z`)
    assert.ok(last < Date.parse(`${closes}Z`), 'nothing is begun after it')
    assert.deepEqual([world.ups, world.toDo.pending], [1, 100 - hours])
  })
}

test('a clock that jumps opens and closes the window with it', async (t) => {
  const { world, clock } = host(t, { upWindow: windowOf('22:00-05:00 UTC') }, '2030-01-01T12:00:00Z')
  world.toDo = { ...world.toDo, pending: 100 }
  await clock.run(hourMs)
  assert.equal(world.ups, 0)
  clock.jumpWall(10 * hourMs)
  await clock.run(minuteMs)
  assert.deepEqual(world.begun, ['2030-01-01T23:00'])
  // While the first operation is done the clock turns out to be wrong, and is put back.
  clock.jumpWall(-10 * hourMs)
  await clock.run(3 * hourMs)
  assert.equal(world.begun.length, 1)
  await clock.run(8 * hourMs)
  assert.equal(world.begun[1], '2030-01-01T22:00')
})

test('what failed is told, and is not tried again before something is new, or an hour has gone by where that may help', async (t) => {
  const { world, clock, unattended } = host(t, {})
  world.failure = 'OPERATION_FAILED'
  await clock.run(24 * hourMs)
  assert.equal(world.ups, 1)
  assert.match(
    unattended.status()?.text ?? '',
    /failed with OPERATION_FAILED; it tries again when .* new is here; now: /,
  )
  world.toDo = { ...world.toDo, state: 'a changeset came' }
  await clock.run(24 * hourMs)
  assert.equal(world.ups, 2)
  world.failure = 'BLOB_MISSING'
  world.toDo = { ...world.toDo, state: 'another came' }
  await clock.run(2.5 * hourMs)
  assert.equal(world.ups, 5, 'at once, and after an hour, and after two')
  assert.match(unattended.status()?.text ?? '', /here, and again at 20\S+ in any case; now: isconf up$/)
  world.failure = undefined
  await clock.run(3 * hourMs)
  assert.equal(world.begun.length, 1)
})

test('a host that is held, or busy, waits without a try that fails', async (t) => {
  const { world, clock, unattended, settingsChanged } = host(t, { upMode: 'manual' })
  world.toDo = { ...world.toDo, obstacle: 'host alder is held' }
  world.settings = { ...world.settings, upMode: 'auto' }
  settingsChanged()
  await clock.run(hourMs)
  assert.deepEqual([world.ups, unattended.status()?.text], [0, 'it waits: host alder is held'])
  world.failure = 'BUSY'
  world.toDo = { ...world.toDo, obstacle: undefined }
  await clock.run(minuteMs)
  assert.ok(world.ups > 1)
  assert.equal(unattended.status()?.text, 'nothing was to do since the daemon started')
  world.failure = undefined
  await clock.run(hourMs)
  assert.equal(world.begun.length, 1)
})

test('stop() lets nothing begin any more, nor go on to another operation', async (t) => {
  const { world, clock, unattended } = host(t, {})
  world.toDo = { ...world.toDo, pending: 3 }
  await clock.run(minuteMs)
  unattended.stop()
  await clock.run(24 * hourMs)
  assert.deepEqual([world.ups, world.begun.length], [1, 1])
})
