import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Host, hosts, hostsOf, lockFor } from '../../test/cluster/agreeing-hosts.ts'
import { chainOf } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { IsconfError } from '../base/index.ts'
import { toLine } from '../journal/changeset.ts'
import type { NextState } from './agreement.ts'

test('change() asks every host and makes the change here', async () => {
  const clock = new SimClock()
  const [alder, birch, cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  const state = await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.equal(state.lock?.host, 'alder')
  assert.equal(alder.branch.state, state)
  assert.deepEqual([birch.heard, cedar.heard], [['propose'], ['propose']])
})

test('of two hosts that change at the same moment exactly one succeeds, whatever the chances', async () => {
  for (let round = 0; round < 20; round += 1) {
    const clock = new SimClock()
    const all = await hosts(clock, `alder${round}`, `birch${round}`, `cedar${round}`)
    const tried = all.map((host) => host.agreement.change(host.branch, lockFor(host)))
    const ended = await clock.until(Promise.allSettled(tried))
    const done = ended.filter(({ status }) => status === 'fulfilled')
    const codes = ended.flatMap((one) => (one.status === 'rejected' ? [(one.reason as IsconfError).code] : []))
    assert.deepEqual([done.length, codes], [1, ['LOCKED', 'LOCKED']])
  }
})

test('a host reached only through another is asked once, and has a say', async () => {
  const clock = new SimClock()
  const [alder, , cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  alder.reaches.delete(cedar)
  cedar.reaches.delete(alder)
  await clock.until(cedar.agreement.change(cedar.branch, lockFor(cedar)))
  // Birch forgets its pledge, and was not told of the lock.
  await clock.run(10_000)
  const refused = clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  await assert.rejects(refused, { code: 'LOCKED' })
  assert.ok(cedar.heard.includes('propose'))
})

test('in a large domain a question comes to each host over each link once, and every host has a say', async () => {
  const clock = new SimClock()
  const names = Array.from({ length: 40 }, (_, index) => `host${index}`)
  const all = await hostsOf(clock, names, names.length)
  for (const host of all) host.reaches.clear()
  // A ring with links across: eight neighbours each.
  for (const [index, host] of all.entries()) {
    for (const step of [1, 3, 7, 12]) {
      const other = all[(index + step) % all.length] as Host
      host.reaches.add(other)
      other.reaches.add(host)
    }
  }
  const [first, far] = [all[0] as Host, all[20] as Host]
  await clock.until(first.agreement.change(first.branch, lockFor(first, 'a')))
  const asked = all.map(({ heard }) => heard.filter((type) => type === 'propose').length)
  assert.ok(Math.max(...asked) <= 8 && all.slice(1).every(({ heard }) => heard.includes('propose')), `${asked}`)
  far.branch.vote({ id: 'f'.repeat(32), from: first.branch.state, to: first.branch.state })
  await clock.run(11_000)
  await assert.rejects(clock.until(far.agreement.change(far.branch, lockFor(far, 'b'))), { code: 'LOCKED' })
})

test('a host that does not answer has no say', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  birch.whenAsked = () => Promise.reject(new Error('gone'))
  assert.equal((await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))).lock?.host, 'alder')
})

test('a change that is given up is released everywhere, so that the next need not wait', async () => {
  const clock = new SimClock()
  const [alder, birch, cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  const refuse = new IsconfError('BEHIND', 'it is')
  let attempts = 0
  const next: NextState = (state) => {
    attempts += 1
    if (attempts > 1) throw refuse
    return lockFor(alder)(state)
  }
  cedar.branch.vote({ id: 'f'.repeat(32), from: cedar.branch.state, to: cedar.branch.state })
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, next)), refuse)
  cedar.branch.release('f'.repeat(32))
  await clock.until(birch.agreement.change(birch.branch, lockFor(birch)))
  assert.ok(clock.monotonicMs() < 10_000)
})

test('a change that the proposer can not write binds nobody', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  alder.disk.full = true
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, lockFor(alder))), { code: 'DISK_FULL' })
  const beganMs = clock.monotonicMs()
  birch.reaches.delete(alder)
  await clock.until(birch.agreement.change(birch.branch, lockFor(birch)))
  assert.ok(clock.monotonicMs() - beganMs < 1_000)
})

test('a pledge whose proposer died ends by itself', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  birch.branch.vote({ id: 'f'.repeat(32), from: birch.branch.state, to: birch.branch.state })
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.ok(clock.monotonicMs() >= 10_000)
  assert.deepEqual(alder.passedOver, [])
})

test('a host that is for ever pledged to others is passed over once no pledge can hold, and named', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  birch.whenAsked = () => {
    const id = Buffer.from(seededRandom(birch.heard.length).bytes(16)).toString('hex')
    birch.branch.vote({ id, from: birch.branch.state, to: birch.branch.state })
  }
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.ok(clock.monotonicMs() >= 10_000)
  assert.equal(alder.passedOver.at(-1), 'birch is taken up with another change of branch generic')
})

test('a refusal names the hosts that stand in the way', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  let revision = 1
  birch.whenAsked = async (type) => {
    // It locks and unlocks faster than anybody can agree with it.
    revision += 1
    if (type === 'propose') await birch.branch.adopt({ ...birch.branch.state, revision })
  }
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, (state) => ({ to: state }))), {
    code: 'LOCK_CONTENDED',
    message: 'no agreement on branch generic: birch says that branch generic has gone on',
  })
})

test('a host whose head nobody can be shown is passed over, and named', async () => {
  const clock = new SimClock()
  const [alder, birch, cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  await birch.branch.take(chainOf(['of another domain']).map(toLine), 'test')
  const { linesAfter } = birch.branch.journal
  birch.branch.journal.linesAfter = async () => undefined
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.deepEqual(alder.passedOver, ['birch says that branch generic has gone on'])
  assert.equal(cedar.branch.vote({ id: 'e'.repeat(32), from: cedar.branch.state, to: cedar.branch.state }).vote, 'busy')
  // It can be shown again.
  birch.branch.journal.linesAfter = linesAfter
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder, 'c')))
  assert.equal(alder.branch.state.head, birch.branch.state.head)
})

test('votes are not acted on when the answers took longer than the pledges hold', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  let slow = true
  birch.whenAsked = (type) => {
    if (!slow || type !== 'propose') return
    slow = false
    return new Promise((resolve) => clock.after(11_000, resolve))
  }
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.deepEqual(birch.heard, ['propose', 'release', 'propose'])
})

test('a proposer that is behind catches up before it asks', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  await birch.branch.take(chainOf(['one', 'two']).map(toLine), 'test')
  const state = await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.equal(state.head, birch.branch.journal.head)
  assert.equal(alder.branch.journal.length, 2)
})

test('what a change is refused for is thrown as it is, and nobody is left pledged', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  const refuse: NextState = () => {
    throw new IsconfError('BEHIND', 'alder is behind')
  }
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, refuse)), { code: 'BEHIND' })
  assert.deepEqual(birch.heard, [])
})

test('a split is refused before anybody is asked, and found when a vote tells of it', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  await birch.branch.take(chainOf(['one']).map(toLine), 'test')
  await birch.branch.take(chainOf(['other']).map(toLine), 'test')
  await assert.rejects(clock.until(birch.agreement.change(birch.branch, lockFor(birch))), { code: 'SPLIT' })
  assert.deepEqual(alder.heard, [])
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, lockFor(alder))), { code: 'SPLIT' })
})

test('a host that says split, and shows no two lines, keeps nobody from going on', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  await birch.branch.take(chainOf(['one']).map(toLine), 'test')
  await birch.branch.take(chainOf(['other']).map(toLine), 'test')
  birch.showsLines = false
  const state = await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.equal(state.head, birch.branch.state.head)
  assert.deepEqual(alder.passedOver, ['birch says that branch generic is split'])
})

test('answer() refuses what is no message of the protocol', async () => {
  const [alder] = (await hosts(new SimClock(), 'alder')) as [Host]
  for (const message of [
    null,
    {},
    { type: 'propose' },
    { type: 'release', branch: '../x', proposal: 'p', visited: [] },
  ]) {
    await assert.rejects(alder.agreement.answer(message))
  }
})
