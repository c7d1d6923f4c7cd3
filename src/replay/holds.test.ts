/** Holds of a host and of a branch, on simulated hosts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, codeOf, describeOutcome } from '../../test/sim/cluster.ts'
import type { HistoryRow, HoldAnswer, HostRow, PlanAnswer, Status } from '../control/index.ts'
import { holdRequest } from '../daemon/requests/hold.ts'
import { toLine } from '../journal/changeset.ts'

const step = (text: string) => execOf('append', '/data/log', text)

/** Hosts that know each other, and how a verb on one of them ended. */
async function hostsOf(...names: readonly string[]) {
  const cluster = await Cluster.of(1, names)
  await cluster.meet()
  const ask = async (name: string, ...words: readonly string[]): Promise<string> =>
    describeOutcome(await cluster.ask(name, ...words))
  const answer = async <T>(name: string, ...words: readonly string[]): Promise<T> => {
    const outcome = await cluster.ask(name, ...words)
    assert.equal(outcome.type, 'done', describeOutcome(outcome))
    return (outcome as { readonly result: T }).result
  }
  const look = async <T>(name: string, query: string): Promise<T> => {
    const outcome = await cluster.clock.until(cluster.host(name).verb(query, {}))
    assert.equal(outcome.type, 'done', describeOutcome(outcome))
    return (outcome as { readonly result: T }).result
  }
  const log = (name: string): string => cluster.host(name).machine.read('/data/log') ?? ''
  const does = async (name: string, ...verbs: readonly (readonly string[])[]): Promise<void> => {
    for (const words of verbs) await answer(name, ...words)
  }
  return { cluster, ask, answer, look, log, does }
}

const append = (text: string): readonly string[] => ['exec', 'append', '/data/log', text]
const withoutTime = (text: string): string => text.replaceAll(/ since [^:]+:\d\d:[^:]+:/g, ' since T:')

test('a held host does nothing until it is released, also after a restart, and says who holds it, why and since when', async () => {
  const { cluster, ask, answer, look, log, does } = await hostsOf('alder', 'birch')
  await does('alder', ['lock', 'one'], append('1'), ['ci'])
  await does('birch', ['hold', 'the disk is being copied'])
  const held = 'HELD: host birch is held by ann@birch since T: the disk is being copied'
  assert.equal(withoutTime(await ask('birch', 'up')), held)
  cluster.host('birch').crash('kept')
  await cluster.clock.until(cluster.host('birch').start())
  await cluster.meet()
  assert.equal(withoutTime(await ask('birch', 'up')), held)
  assert.equal(log('birch'), '')
  // It is seen here and there, and by what it is kept from its work.
  const { holds = [] } = await look<Status>('birch', 'status')
  assert.deepEqual(
    holds.map(({ scope, name, by, why }) => [scope, name, by, why]),
    [['host', 'birch', 'ann@birch', 'the disk is being copied']],
  )
  const row = (await look<readonly HostRow[]>('alder', 'hosts')).find(({ name }) => name === 'birch')
  assert.deepEqual([row?.state, row?.holds], ['held', holds])
  const plan = await look<PlanAnswer>('birch', 'plan')
  assert.deepEqual([plan.operations.length, plan.holds], [1, holds])
  // A second hold would hide the first.
  assert.match(
    await ask('birch', 'hold', 'me too'),
    /^ALREADY_HELD: host birch is held by ann@birch since .*: the disk/,
  )
  assert.equal((await answer<HoldAnswer>('birch', 'release', 'copied')).why, 'the disk is being copied')
  assert.equal(await ask('birch', 'release'), 'NOT_HELD: host birch is not held')
  assert.equal(await ask('birch', 'up'), 'did 1, now at 1')
  assert.equal(log('birch'), '1\n')
  const history = await look<readonly HistoryRow[]>('birch', 'history')
  assert.deepEqual(
    history.slice(-2).map(({ event, decided }) => [event, decided?.why]),
    [
      ['released', 'copied'],
      ['held', 'the disk is being copied'],
    ],
  )
  cluster.end()
})

test('a hold of the host stops an up that is under way behind the operation that it does', async () => {
  const { cluster, ask, log } = await hostsOf('alder')
  const alder = cluster.host('alder')
  const operations = [step('1'), execOf('slow', '5000', '/data/log', '2'), step('3')]
  await alder.daemon.branch.take([toLine(following(undefined, { operations }))], 'test')
  const running = cluster.begin(alder, ['up'])
  await cluster.clock.untilTrue(() => log('alder') === '1\n', 60_000)
  await cluster.clock.until(
    holdRequest.answer(alder.parts, { user: 'bob' }, { tell: () => undefined, signal: new AbortController().signal }),
  )
  const stopped = describeOutcome(await cluster.clock.until(running))
  assert.equal(withoutTime(stopped), 'HELD: host alder is held by bob@alder since T: no reason given')
  assert.equal(log('alder'), '1\n2\n')
  assert.equal(alder.daemon.history.standing.stopped, undefined)
  assert.equal(await ask('alder', 'release'), 'done')
  assert.equal(await ask('alder', 'up'), 'did 1, now at 3')
  cluster.end()
})

test('a hold of the branch that arrives stops an up that is under way', async () => {
  const { cluster, ask, log } = await hostsOf('alder')
  const alder = cluster.host('alder')
  const first = following(undefined, { operations: [step('1'), execOf('slow', '5000', '/data/log', '2'), step('3')] })
  const second = following(first, { operations: [{ type: 'hold', why: 'it breaks the mail' }] })
  const { branch } = alder.daemon
  await branch.take([toLine(first)], 'test')
  const running = cluster.begin(alder, ['up'])
  await cluster.clock.untilTrue(() => log('alder') === '1\n', 60_000)
  await cluster.clock.until(branch.take([toLine(second)], 'test'))
  const stopped = describeOutcome(await cluster.clock.until(running))
  assert.equal(stopped, 'HELD: branch generic is held by ann@alder since 2030-01-01T00:00:00.000Z: it breaks the mail')
  assert.equal(log('alder'), '1\n2\n')
  const third = following(second, { operations: [{ type: 'release', why: 'mended' }] })
  await branch.take([toLine(third)], 'test')
  assert.equal(await ask('alder', 'up'), 'did 3, now at 5')
  cluster.end()
})

test('a host that dies in the middle of an operation while it is held goes on there when it is released', async () => {
  const { cluster, ask, log } = await hostsOf('alder')
  const alder = cluster.host('alder')
  const operations = [execOf('slow', '5000', '/data/log', '1'), step('2')]
  await alder.daemon.branch.take([toLine(following(undefined, { operations }))], 'test')
  void cluster.begin(alder, ['up'])
  await cluster.clock.untilTrue(() => alder.machine.begun.length === 1, 60_000)
  await cluster.clock.until(
    holdRequest.answer(alder.parts, { user: 'bob' }, { tell: () => undefined, signal: new AbortController().signal }),
  )
  alder.crash('kept')
  await cluster.clock.until(alder.start())
  assert.match(await ask('alder', 'up'), /^HELD: host alder is held by bob@alder/)
  assert.equal(alder.daemon.history.standing.stopped?.reason, 'it was interrupted')
  assert.equal(await ask('alder', 'release'), 'done')
  assert.equal(await ask('alder', 'up'), 'did 2, now at 2')
  assert.equal(log('alder').endsWith('2\n'), true)
  cluster.end()
})

test('a held branch stops all its hosts, also before what was checked in before the hold, until it is released', async () => {
  const { cluster, ask, look, log, does } = await hostsOf('alder', 'birch', 'cedar')
  await does('alder', ['lock', 'one'], append('1'), ['ci'], ['lock', 'audit until Monday'], ['hold-branch'])
  // What is not checked in holds nobody.
  assert.equal((await look<Status>('birch', 'status')).holds?.length, 0)
  assert.match(await ask('alder', 'hold-branch', 'again'), /^ALREADY_HELD: branch generic is held by ann@alder/)
  await does('alder', ['ci'])
  const held = 'HELD: branch generic is held by ann@alder since T: audit until Monday'
  for (const name of ['birch', 'alder']) assert.equal(withoutTime(await ask(name, 'up')), held)
  assert.equal(log('birch'), '')
  const rows = await look<readonly HostRow[]>('birch', 'hosts')
  assert.deepEqual(
    rows.map(({ name, state }) => [name, state]),
    [
      ['birch', 'held'],
      ['alder', 'level'],
      ['cedar', 'held'],
    ],
  )
  // A host that has only the hold itself to do records what it likes, and what is recorded waits.
  await does('birch', ['lock', '--behind', 'x'], ['ci'])
  await does('cedar', ['up', '--to', cluster.host('alder').daemon.branch.journal.idAt(1), '--despite-hold=a test'])
  await does('cedar', ['lock', 'three'], append('3'), ['ci'])
  const standing = cluster.host('cedar').daemon.history.standing
  assert.deepEqual(standing.done, { id: cluster.host('cedar').daemon.branch.journal.head, index: 0 })
  await cluster.run(5_000)
  assert.match(await ask('alder', 'lock', 'two'), /^BEHIND: alder is behind branch generic by 1 operation$/)
  assert.equal(await ask('alder', 'up', '--despite-hold=a test'), 'did 1, now at 3')
  await does('alder', ['lock', 'two'], append('2'), ['ci'])
  assert.equal(withoutTime(await ask('birch', 'up')), held)
  await does('alder', ['lock', 'the audit is over'])
  assert.match(await ask('alder', 'hold-branch', 'again'), /^ALREADY_HELD: .*: audit until Monday$/)
  await does('alder', ['release-branch'], ['ci'], ['lock', 'more'])
  assert.equal(await ask('alder', 'release-branch'), 'NOT_HELD: branch generic is not held')
  assert.equal(await ask('birch', 'up'), 'did 5, now at 5')
  assert.equal(log('birch'), '1\n3\n2\n')
  cluster.end()
})

test('a host that is behind takes the lock only to hold, release and void, and is no further for it', async () => {
  const { cluster, ask, log, does } = await hostsOf('alder', 'birch', 'cedar')
  await does('alder', ['lock', 'one'], append('1'), append('bad'), ['ci'])
  const bad = cluster.host('alder').daemon.branch.journal.head
  // The only host that has done it is gone for good.
  cluster.host('alder').crash()
  assert.match(await ask('birch', 'lock', 'stop it'), /^BEHIND: birch is behind branch generic by 2 operations/)
  await does('birch', ['lock', '--behind', 'stop it'], ['hold-branch'])
  for (const words of [append('x'), ['reboot'], ['snap', '/data/log']] as const)
    assert.match(await ask('birch', ...words), /^(BEHIND|NO_SUCH_FILE): /, words.join(' '))
  await does('birch', ['ci'])
  const position = (name: string): unknown => cluster.host(name).daemon.history.standing.done
  assert.equal(position('birch'), undefined)
  for (const name of ['birch', 'cedar'])
    assert.match(await ask(name, 'up'), /^HELD: branch generic is held by ann@birch/)
  await does('cedar', ['lock', '--behind', 'mend it'], ['void', `${bad}:1`, 'a slip'], ['release-branch'], ['ci'])
  assert.equal(position('cedar'), undefined)
  for (const name of ['birch', 'cedar']) {
    assert.equal(await ask(name, 'up'), 'did 4, now at 5')
    assert.equal(log(name), '1\n')
  }
  // Level now, it records whatever it likes.
  await does('cedar', ['lock', '--behind', 'two'], append('2'), ['ci'])
  assert.equal(await ask('birch', 'up'), 'did 1, now at 6')
  cluster.end()
})

test('a check-in of a host that is behind is done or not done, whichever byte a crash comes at, and it is no further', async () => {
  for (let bytes = 0; bytes < 2_400; bytes += 97) {
    const { cluster, ask, does } = await hostsOf('alder')
    const alder = cluster.host('alder')
    await alder.daemon.branch.take([toLine(following(undefined, { operations: [step('1')] }))], 'test')
    await does('alder', ['lock', '--behind', 'stop it'], ['hold-branch'])
    alder.disk.bytesUntilPowerFailure = bytes
    await ask('alder', 'ci')
    alder.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
    alder.crash('chance')
    await cluster.clock.until(alder.start())
    await ask('alder', 'ci')
    assert.equal(alder.daemon.history.standing.done, undefined, `${bytes} bytes`)
    assert.match(await ask('alder', 'up'), /^HELD: /, `${bytes} bytes`)
    await does('alder', ['lock', '--behind', 'go on'], ['release-branch'], ['ci'])
    assert.equal(await ask('alder', 'up'), 'did 3, now at 3')
    cluster.end()
  }
})

test('up --despite-hold goes on once, on record, and not in spite of a hold that comes later', async () => {
  const { cluster, ask, look, log, does } = await hostsOf('alder', 'birch')
  await does('alder', ['lock', 'one'], append('1'), ['hold-branch', 'audit'], append('2'), ['ci'])
  await does('birch', ['hold', 'mine'])
  assert.match(await ask('birch', 'up', '--despite-hold='), /^MESSAGE_MISSING: /)
  assert.match(await ask('birch', 'up'), /^HELD: host birch is held by .*: mine; branch generic is held by .*: audit$/)
  assert.equal(await ask('birch', 'up', '--step', '--despite-hold=a leak'), 'did 1, now at 1')
  assert.match(await ask('birch', 'up'), /^HELD: /)
  const went = (await look<readonly HistoryRow[]>('birch', 'history')).filter(({ event }) => event === 'wentOn')
  assert.deepEqual(
    went.map(({ reason, decided }) => [withoutTime(reason ?? ''), decided?.by, decided?.why]),
    [
      ['branch generic is held by ann@alder since T: audit', 'ann@birch', 'a leak'],
      ['host birch is held by ann@birch since T: mine', 'ann@birch', 'a leak'],
    ],
  )
  await does('birch', ['release'])
  const birch = cluster.host('birch')
  birch.machine.write('/data/gate', '')
  assert.equal(await ask('birch', 'up', '--despite-hold=a leak'), 'did 2, now at 3')
  assert.equal(log('birch'), '1\n2\n')
  cluster.end()
})

test('a fork of a held branch is held, and is released by itself', async () => {
  const { cluster, ask, look, does } = await hostsOf('alder', 'birch')
  await does('alder', ['lock', 'audit'], ['hold-branch'], ['ci'], ['fork', 'web'])
  await does('birch', ['migrate', 'web'])
  assert.match(await ask('birch', 'up'), /^HELD: branch web is held by ann@alder/)
  assert.match(
    await ask('birch', 'release'),
    /^NOT_HELD: host birch is not held, but its branch: branch web is held by/,
  )
  await does('alder', ['lock', 'go on'], append('1'), ['release-branch'], ['ci'])
  assert.equal(await ask('birch', 'up'), 'did 3, now at 3')
  const rows = await look<readonly { name: string; hold: HoldAnswer | null }[]>('birch', 'branches')
  assert.deepEqual(
    rows.map(({ name, hold }) => [name, hold?.why]),
    [
      ['generic', 'audit'],
      ['web', undefined],
    ],
  )
  assert.equal(codeOf(await cluster.ask('birch', 'hold')), 'done')
  cluster.end()
})
