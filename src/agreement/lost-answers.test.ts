/** What a slow disk, lost answers and answers without sense lead to, with the whole network up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Host, hosts, hostsOf, lockFor } from '../../test/cluster/agreeing-hosts.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { pledgeMs } from '../branch/index.ts'
import type { NextState } from './agreement.ts'

/** Pledges a host to a proposal of somebody who died. */
function pledge({ branch }: Host): void {
  branch.vote({ id: 'f'.repeat(32), from: branch.state, to: branch.state })
}

/** Alder's lock, on a disk that takes so long, and birch's when alder's consents have ended. */
async function slowDisk(diskMs: number, isApart: boolean) {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  const { replaceFile } = SimDisk.prototype
  alder.disk.replaceFile = async (path, content) => {
    await new Promise((resolve) => clock.after(diskMs, () => resolve(undefined)))
    return replaceFile.call(alder.disk, path, content)
  }
  if (isApart) birch.reaches.delete(alder)
  const outcome = ({ agreement, branch }: Host, lock: NextState): Promise<string> =>
    agreement.change(branch, lock).then(
      () => 'done',
      ({ code }) => code,
    )
  const slow = outcome(alder, lockFor(alder))
  await clock.run(pledgeMs + 1_000)
  return clock.until(Promise.all([slow, outcome(birch, lockFor(birch, 'b'))]))
}

test('a disk that takes longer than the consents hold leads to one change of a state, not two', async () => {
  // Birch waits until the lock of alder is on the disk, or goes on without alder; and then alder's does not stand.
  assert.deepEqual(await slowDisk(pledgeMs + 4_000, false), ['done', 'LOCKED'])
  assert.deepEqual(await slowDisk(pledgeMs * 3, false), ['LOCKED', 'done'])
  assert.deepEqual(await slowDisk(pledgeMs + 4_000, true), ['LOCKED', 'done'])
})

test('an answer that is lost is asked for again, and its host is not passed over', async () => {
  const clock = new SimClock()
  const [alder, birch] = (await hosts(clock, 'alder', 'birch')) as [Host, Host]
  pledge(birch)
  let lost = 0
  birch.whenAsked = (type) => {
    if (type === 'propose' && lost++ === 0) throw new Error('the answer was lost')
  }
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.ok(clock.monotonicMs() >= pledgeMs, `${clock.monotonicMs()} ms`)
})

test('who answers without sense does not consent, is named, and keeps nobody from going on', async () => {
  const clock = new SimClock()
  const [alder, birch, cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  let asked = 0
  birch.agreement.answer = async (message) => {
    if ((message as { type: string }).type === 'propose') asked += 1
    return { not: 'votes' }
  }
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.equal(asked, 3)
  assert.match(alder.passedOver.at(-1) ?? '', /^birch does not consent/)
  assert.equal(cedar.branch.vote({ id: 'e'.repeat(32), from: cedar.branch.state, to: cedar.branch.state }).vote, 'busy')
})

test('in a large domain the votes that a host died with are asked for by another way', async () => {
  const clock = new SimClock()
  const names = ['alder', 'birch', 'cedar', 'dogwood', 'elm']
  const all = (await hostsOf(clock, names, 30)) as [Host, Host, Host, Host, Host]
  const [alder, birch, cedar, dogwood, elm] = all
  for (const host of all) host.reaches.clear()
  for (const [one, other] of [
    [alder, birch],
    [birch, cedar],
    [alder, dogwood],
    [dogwood, cedar],
    [cedar, elm],
  ] as const) {
    one.reaches.add(other)
    other.reaches.add(one)
  }
  pledge(elm)
  const { answer } = birch.agreement
  birch.agreement.answer = async (message) => {
    await answer(message)
    for (const host of all) host.reaches.delete(birch)
    throw new Error('birch died before it could answer')
  }
  await clock.until(alder.agreement.change(alder.branch, lockFor(alder)))
  assert.ok(clock.monotonicMs() >= pledgeMs, `${clock.monotonicMs()} ms`)
})

test('a change that is given up is released also on a host that only another one reaches', async () => {
  const clock = new SimClock()
  const [alder, , cedar] = (await hosts(clock, 'alder', 'birch', 'cedar')) as [Host, Host, Host]
  alder.reaches.delete(cedar)
  cedar.reaches.delete(alder)
  const refuse = new Error('given up')
  let tries = 0
  const next: NextState = (state) => {
    tries += 1
    if (tries > 1) throw refuse
    return lockFor(alder)(state)
  }
  // Cedar consents when the consent of alder itself has ended.
  cedar.whenAsked = async (type) => {
    if (type === 'propose') await new Promise((resolve) => clock.after(pledgeMs + 1_000, () => resolve(undefined)))
  }
  await assert.rejects(clock.until(alder.agreement.change(alder.branch, next)), refuse)
  const { state } = cedar.branch
  assert.equal(cedar.branch.vote({ id: 'e'.repeat(32), from: state, to: state }).vote, 'yes')
})
