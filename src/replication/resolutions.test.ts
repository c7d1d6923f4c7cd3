import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chainOf } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { failure } from '../../test/support/files.ts'
import { type BranchName, type ChangesetId, type DomainName, sha256Hex, silentLog } from '../base/index.ts'
import { asideName, Branches } from '../branch/index.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'
import { announcementSchema, composeAnnouncement, type Resolution } from './announcement.ts'
import { Resolutions } from './resolutions.ts'

const domain = 'sim.example' as DomainName
const path = '/is/conf/resolutions'
const idOf = (word: string | number): ChangesetId => sha256Hex(String(word)) as ChangesetId

async function opened(disk = new SimDisk(seededRandom(1))) {
  await disk.makeDirectory('/is/conf')
  const branches = await Branches.open({ disk, clock: new SimClock(), domain }, '/is/branches')
  return { disk, branches, resolutions: await Resolutions.open(disk, path, branches, silentLog) }
}

function resolution(chosen: string | number, rejected: string | number, more: Partial<Resolution> = {}): Resolution {
  const time = '2030-01-01T00:00:00.000Z'
  return { branch: 'web' as BranchName, chosen: idOf(chosen), rejected: idOf(rejected), by: 'ann@alder', time, ...more }
}

/** What was decided, whoever noted it first. */
function decisions(resolutions: Resolutions): readonly string[] {
  return resolutions.all.map(({ branch, chosen, rejected }) => `${branch} ${chosen} over ${rejected}`).sort()
}

test('Resolutions keeps what it is told, once, also when it is opened again', async () => {
  const { disk, resolutions } = await opened()
  await resolutions.add([resolution('a', 'b')])
  await resolutions.add([
    resolution('a', 'b'),
    resolution('a', 'c'),
    resolution('a', 'b', { branch: 'db' as BranchName }),
  ])
  assert.equal(resolutions.all.length, 3)
  assert.deepEqual((await opened(disk)).resolutions.all, resolutions.all)
})

test('Resolutions writes nothing when there is nothing new', async () => {
  const { disk, resolutions } = await opened()
  await resolutions.add([resolution('a', 'b')])
  const { writes } = disk
  await resolutions.add([])
  await resolutions.add([resolution('a', 'b', { by: 'bob@birch' })])
  assert.equal(disk.writes, writes)
})

test('Resolutions of which the disk keeps nothing decides nothing', async () => {
  const { disk, resolutions } = await opened()
  disk.full = true
  await assert.rejects(resolutions.add([resolution('a', 'b')]), failure('DISK_FULL'))
  assert.deepEqual(resolutions.all, [])
})

const oneResolution = fc
  .record({ branch: fc.constantFrom('web', 'db'), pair: fc.uniqueArray(fc.nat(3), { minLength: 2, maxLength: 2 }) })
  .map(({ branch, pair: [chosen = 0, rejected = 1] }) =>
    resolution(chosen, rejected, { branch: branch as BranchName, by: `u@${chosen}` }),
  )

test('Resolutions that were made apart come to the same decisions in any order', async () => {
  const cases = fc
    .array(oneResolution, { maxLength: 8 })
    .chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 8 }),
      ),
    )
  await fc.assert(
    fc.asyncProperty(cases, async ([all, shuffled, portions]) => {
      const [one, other] = [(await opened()).resolutions, (await opened()).resolutions]
      await one.add(all)
      const rest = [...shuffled]
      for (const portion of portions) await other.add(rest.splice(0, portion))
      await other.add(rest)
      assert.deepEqual(decisions(other), decisions(one))
    }),
    { numRuns: 200 },
  )
})

test('of two resolutions of one split the one with the smaller id goes on', async () => {
  const [small, large] = [idOf('a'), idOf('b')].sort() as [ChangesetId, ChangesetId]
  const { resolutions } = await opened()
  await resolutions.add([resolution('x', 'y', { chosen: large, rejected: small })])
  await resolutions.add([resolution('x', 'y', { chosen: small, rejected: large })])
  assert.deepEqual(decisions(resolutions), [`web ${small} over ${large}`])
})

test('resolutions that somebody makes up for one branch leave room for those of the others', async () => {
  const { resolutions } = await opened()
  const flood = Array.from({ length: 900 }, (_, index) => resolution(`a${index}`, `b${index}`))
  await resolutions.add(flood)
  await resolutions.add([resolution('x', 'y', { branch: 'db' as BranchName })])
  assert.equal(resolutions.all.filter(({ branch }) => branch === 'web').length, 500)
  assert.equal(resolutions.all.at(-1)?.branch, 'db')
})

test('a split is ended however many resolutions were made up before', async () => {
  const { disk, branches, resolutions } = await opened()
  const branch = await branches.obtain('web' as BranchName)
  const [chosen, rejected] = ['one', 'two'].map((word) => chainOf([word])[0]) as [SignedChangeset, SignedChangeset]
  for (const name of ['web', 'db', 'mail'] as BranchName[]) {
    const flood = Array.from({ length: 500 }, (_, index) => resolution(`a${index}`, `b${index}`, { branch: name }))
    await resolutions.add(flood)
  }
  for (const line of [chosen, rejected]) await branch.take([toLine(line)], 'test')
  assert.equal(resolutions.all.length, 1_000)
  const made = resolution('', '', { chosen: chosen.id, rejected: rejected.id })
  assert.deepEqual(await resolutions.add([made]), [asideName(branch.name, rejected.id)])
  assert.equal(resolutions.all.length, 1_000)
  // It stays, whatever is made up afterwards, for hosts that have yet to hear of it.
  await resolutions.add([resolution('more', 'of them')])
  assert.deepEqual((await opened(disk)).resolutions.all[0], made)
})

const damaged = {
  'no JSON': '[{',
  'no list': '{}',
  'not about resolutions': '[{"branch":"web"}]',
  'about a branch that cannot be': JSON.stringify([{ ...resolution('a', 'b'), branch: '../x' }]),
}
for (const [how, content] of Object.entries(damaged)) {
  test(`Resolutions.open() of a file that is ${how} is STATE_DAMAGED`, async () => {
    const { disk } = await opened()
    await disk.replaceFile(path, content)
    await assert.rejects(opened(disk), failure('STATE_DAMAGED', /^\/is\/conf\/resolutions does not hold /))
  })
}

test('composeNotice() names every branch, and is what the others take', async () => {
  const { branches, resolutions } = await opened()
  const lines = chainOf(['one']).map(toLine)
  for (const name of ['web', 'db']) await (await branches.obtain(name as BranchName)).take(lines, 'test')
  await branches.obtain('only-heard-of' as BranchName)
  await resolutions.add([resolution('a', 'b')])
  const announcement = composeAnnouncement({ host: 'alder' }, branches, resolutions.all)
  assert.deepEqual(announcement.states.map(({ branch }) => branch).sort(), ['db', 'web'])
  assert.deepEqual(announcementSchema.parse(JSON.parse(JSON.stringify(announcement))), announcement)
})

test('composeNotice() of more than a announcement may hold is still one that the others take', async () => {
  const { branches } = await opened()
  const many = Array.from({ length: 1_001 }, (_, index) => resolution(index, `${index} lost`))
  const announcement = composeAnnouncement({ host: 'alder' }, branches, many)
  assert.ok(announcementSchema.safeParse(announcement).success)
  assert.deepEqual(announcement.resolutions.at(-1), many.at(-1))
})

const goodNotice = { host: 'alder', states: [], others: [], resolutions: [] }
const badNotices: Readonly<Record<string, object>> = {
  'no host': { ...goodNotice, host: '' },
  'a host name of 257 characters': { ...goodNotice, host: 'x'.repeat(257) },
  'too many lines': {
    ...goodNotice,
    others: Array(1_001).fill({ branch: 'web', first: idOf(1), head: idOf(2) }),
  },
  'a branch that cannot be': { ...goodNotice, others: [{ branch: '../x', first: idOf(1), head: idOf(2) }] },
  'an id that is none': { ...goodNotice, others: [{ branch: 'web', first: 'A', head: idOf(2) }] },
  'a resolution for and against one line': { ...goodNotice, resolutions: [resolution('a', 'a')] },
  'a resolution without a time': { ...goodNotice, resolutions: [{ ...resolution('a', 'b'), time: 'noon' }] },
  'a resolution by someone endless': { ...goodNotice, resolutions: [resolution('a', 'b', { by: 'x'.repeat(601) })] },
}

test('an announcement with members that only a later release knows is taken without them', () => {
  const resolved = resolution('a', 'b')
  const later = { ...goodNotice, more: 1, resolutions: [{ ...resolved, why: 'x' }] }
  assert.deepEqual(announcementSchema.parse(later), { ...goodNotice, resolutions: [resolved] })
})

for (const [what, announcement] of Object.entries(badNotices)) {
  test(`noticeSchema refuses a announcement with ${what}`, () => {
    assert.ok(announcementSchema.safeParse(goodNotice).success)
    assert.ok(!announcementSchema.safeParse(announcement).success)
  })
}

test('Resolutions that lead from each to each, in many layers, are gone through once, now and at the next start', async () => {
  const { disk, resolutions } = await opened()
  const layers = Array.from({ length: 60 }, (_, layer) => [`${layer} a`, `${layer} b`] as const)
  const made = layers
    .slice(1)
    .flatMap((layer, index) =>
      layer.flatMap((rejected) => (layers[index] ?? []).map((chosen) => resolution(chosen, rejected))),
    )
  await resolutions.add([...made, resolution('59 a', '0 a')])
  assert.equal((await opened(disk)).resolutions.all.length, made.length + 1)
})

test('Resolutions keeps no more than a domain can have', async () => {
  const { resolutions } = await opened()
  for (let round = 0; round < 3; round += 1) {
    await resolutions.add(
      Array.from({ length: 500 }, (_, index) =>
        resolution(`${round} ${index}`, `other ${round} ${index}`, { branch: `web${round}` as BranchName }),
      ),
    )
  }
  assert.equal(resolutions.all.length, 1_000)
  assert.ok(resolutions.all.some(({ chosen }) => chosen === idOf('0 0')))
})
