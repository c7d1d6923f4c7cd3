/** What a start makes of files that can't be used: each is set aside and told, and nothing keeps the daemon from starting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, generic, longChainOf } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { failure } from '../../test/support/files.ts'
import { silentLog } from '../base/index.ts'
import { toLine } from '../journal/changeset.ts'
import { openState, type StateOnDisk } from './state-on-disk.ts'
import { verifyJournalsLater } from './verify-journals.ts'

const identity = { host: 'alder', release: '0', domain, home: '/is' }
const chain = chainOf(['one', 'two', 'three'])
const time = '2030-01-01T00:00:00.000Z'
const key = (index: number): string => `${chain[index]!.id}:0`
const entry = (index: number): string => JSON.stringify({ event: 'made', operation: key(index), time })
const header = { branch: generic, base: chain[2]!.id, lock: '1'.repeat(32), message: 'why', author: 'ann@alder' }
const operation = { type: 'exec', argv: ['true'], cwd: '/', env: {} }
const deviation = { kind: 'skipped', operation: key(0), text: 'exec true', by: 'ann@alder', why: 'because', time }

async function opened(disk: SimDisk): Promise<StateOnDisk> {
  return openState(identity, { disk, clock: new SimClock(), log: silentLog })
}

/** A disk with everything on it, and what a start with `content` at `path` in its place finds. */
async function openedWith(path: string, content: string) {
  const disk = new SimDisk(seededRandom(1))
  for (const directory of ['conf', 'branches/generic', 'left/old']) await disk.makeDirectory(`/is/${directory}`)
  const files = {
    'branches/generic/journal': chain.map((one) => `${toLine(one)}\n`).join(''),
    'conf/history': [0, 1, 2].map((index) => `${entry(index)}\n`).join(''),
    'conf/branch': 'generic\n',
    'journal.wip': `${[header, operation, operation].map((one) => JSON.stringify(one)).join('\n')}\n`,
    'conf/deviations': `${JSON.stringify(deviation)}\n`,
    [path]: content,
  }
  for (const [name, text] of Object.entries(files)) await disk.replaceFile(`/is/${name}`, text)
  const state = await opened(disk)
  const [kept, ...others] = await state.damaged.paths()
  assert.deepEqual(others, [])
  assert.match(kept ?? '', new RegExp(`^/is/${path}\\.damaged-\\d{8}T\\d{6}Z$`))
  assert.equal(Buffer.from((await disk.readFile(kept!))!).toString(), content)
  // It is told until it is moved away, whoever asks, and the next start has no more trouble.
  const again = await opened(disk)
  const texts = await again.damaged.texts()
  assert.match(texts.join(), new RegExp(`^/is/${path} was damaged, and is set aside as [^;]+; .+ moved away\\)$`))
  assert.equal((await again.damaged.paths()).length, 1)
  return { disk, state, kept: kept! }
}

const unsure = failure('STATE_DAMAGED', /was damaged, and is set aside as/)

test('a damaged state, journal or other line of a branch leaves what comes before the damage', async () => {
  const lines = chain.map(toLine)
  const { state } = await openedWith('branches/generic/journal', `${lines[0]}\n${lines[1]?.replace('two', 'tow')}\n`)
  assert.equal(state.branches.get(generic)?.journal.length, 1)
  const other = await openedWith(`branches/generic/other-${'a'.repeat(64)}`, 'no line\n')
  assert.equal(other.state.branches.get(generic)?.isSplit, false)
  const { state: stateless } = await openedWith('branches/generic/state', '{"branch":"generic"')
  assert.deepEqual(stateless.branches.get(generic)?.state.lock, null)
  await stateless.damaged.refuseUnsure()
})

test('where a damaged history leaves unsure what was done, nothing is done before a person has seen to it', async () => {
  const { disk, state, kept } = await openedWith('conf/history', `${entry(0)}\n${entry(1)}\n{"event"\n`)
  assert.equal(state.history.standing.done?.id, chain[1]?.id)
  await assert.rejects(state.damaged.refuseUnsure(), unsure)
  await disk.remove(kept)
  await state.damaged.refuseUnsure()
})

test('where a damaged file leaves unsure on which branch a host is, nothing is done before a person says it', async () => {
  const { state } = await openedWith('conf/branch', '../x\n')
  assert.equal(state.current.branch.name, generic)
  await assert.rejects(state.damaged.refuseUnsure(), unsure)
  assert.equal(await state.damaged.isBranchUnsure(), true)
  await state.current.goTo(state.current.branch)
  await state.damaged.refuseUnsure()
})

test('of damaged work the operations before the damage are kept, and the host says that it has done more', async () => {
  const lines = [header, operation, 'damaged', operation].map((one) => JSON.stringify(one))
  const { state } = await openedWith('journal.wip', `${lines.join('\n')}\n`)
  assert.equal(state.work.operations.length, 1)
  assert.equal(state.rebuild.reason?.operations, 2)
  assert.deepEqual(
    state.deviations.all.map(({ kind, by }) => [kind, by]),
    [
      ['skipped', 'ann@alder'],
      ['dropped', 'ann@alder'],
    ],
  )
  const headless = await openedWith('journal.wip', `no header\n${JSON.stringify(operation)}\n`)
  assert.equal(headless.state.work.header, undefined)
  assert.equal(headless.state.rebuild.reason?.operations, 1)
})

test('a damaged note does not go with what it says where somebody depends on it', async () => {
  const { state } = await openedWith('conf/needs-rebuild', 'because')
  assert.equal(state.rebuild.reason?.operations, 1)
  assert.equal((await openedWith('conf/hold', '{}')).state.hold.value?.by, 'somebody')
  const two = await openedWith('conf/deviations', `${JSON.stringify(deviation)}\n{}\n`)
  assert.equal(two.state.deviations.all.length, 1)
  for (const path of ['conf/resolutions', 'conf/ahead', 'left/old/left.json']) await openedWith(path, '[{')
})

test('damage in a journal that a start took at its word is told while the daemon runs, and set aside by the next start', async () => {
  const disk = new SimDisk(seededRandom(1))
  const clock = new SimClock()
  const { branches } = await opened(disk)
  await (await branches.obtain(generic)).take(longChainOf(12).map(toLine), 'test')
  await branches.close()
  const path = '/is/branches/generic/journal'
  // In the fourth line.
  disk.rot(path, 350_000, 0)
  const running = await opened(disk)
  assert.equal(running.branches.get(generic)?.journal.length, 12)
  const cancel = verifyJournalsLater({ ...running, clock, log: silentLog })
  await clock.run(60_000)
  cancel()
  const told = new RegExp(`^${path}: it is not as it was when it was checked \\(isconf restart: `)
  assert.match((await running.damaged.texts()).join(), told)
  await running.branches.close()
  const next = await opened(disk)
  assert.equal(next.branches.get(generic)?.journal.length, 3)
  assert.match((await next.damaged.texts()).join(), /journal was damaged, and is set aside as /)
})
