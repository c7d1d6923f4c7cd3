import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, following, generic, keyOf } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimProcess } from '../../test/sim/cluster-process.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { failure } from '../../test/support/files.ts'
import { type BranchName, type ChangesetId, type Disk, type DomainName, noChangeset } from '../base/index.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'
import type { Branch } from './branch.ts'
import { asideName, Branches } from './branches.ts'
import { operationsDone } from './position.ts'
import { changed } from './state.ts'

const common = chainOf(['c1', 'c2'])
const left = chainOf(['l1', 'l2'], common[1])
const right = chainOf(['r1', 'r2', 'r3'], common[1])
/** Leaves `right` after its first. */
const twig = chainOf(['t2', 't3'], right[0])

function openOn(disk: Disk): Promise<Branches> {
  return Branches.open({ disk, clock: new SimClock(), domain }, '/is/branches')
}

async function split(...lines: readonly (readonly SignedChangeset[])[]) {
  const disk = new SimDisk(seededRandom(1))
  const branches = await openOn(disk)
  const branch = await branches.obtain(generic)
  for (const line of lines) await branch.take(line.map(toLine), 'test')
  return { disk, branches, branch }
}

function wordsOf(branch: Branch | undefined): Promise<readonly (readonly string[])[]> {
  const journals = branch ? [branch.journal, ...[...branch.others.entries()].map(([, other]) => other)] : []
  return Promise.all(
    journals.map(async (journal) => {
      const words: string[] = []
      for await (const { changeset } of journal.changesetsAfter(0)) words.push(changeset.message)
      return words
    }),
  )
}

const words = (...chains: readonly (readonly SignedChangeset[])[]): readonly string[] =>
  chains.flat().map(({ changeset }) => changeset.message)
const idOf = (one: SignedChangeset | undefined): ChangesetId => one?.id ?? assert.fail('no changeset')
const forkOf = (chosen: readonly SignedChangeset[], rejected: readonly SignedChangeset[]) => ({
  chosen: idOf(chosen[0]),
  rejected: idOf(rejected[0]),
})

test('take() adds what follows, and nothing of what is known', async () => {
  const { branch } = await split(common)
  const again = await branch.take([...common, ...left].map(toLine), 'test')
  assert.deepEqual(
    again.added.map(({ id }) => id),
    left.map(({ id }) => id),
  )
  assert.equal(again.last, left[1]?.id)
  const place = { follows: noChangeset, last: common[1]?.id, failure: undefined }
  assert.deepEqual(await branch.take(common.map(toLine), 'test'), { added: [], split: false, ...place })
  assert.deepEqual(await wordsOf(branch), [words(common, left)])
})

test('take() of damaged lines names the peer and takes what comes before', async () => {
  const { branch } = await split(common)
  const lines = left.map(toLine)
  for (const wrong of [[lines[0]!.replace('l1', 'l9')], ['']]) {
    const { added, failure } = await branch.take(wrong, 'cedar')
    assert.match(failure?.message ?? '', /^cedar: /)
    assert.deepEqual(added, [])
  }
  await assert.rejects(branch.take([lines[1]!], 'cedar'), { code: 'JOURNAL_DAMAGED', message: /^cedar: / })
  assert.deepEqual(await wordsOf(branch), [words(common)])
  const { added, failure } = await branch.take([lines[0]!, lines[1]!.slice(1)], 'cedar')
  assert.match(failure?.message ?? '', /^cedar: line 2 of 2: /)
  assert.deepEqual(
    added.map(({ id }) => id),
    [left[0]?.id],
  )
  assert.equal(branch.state.head, left[0]?.id)
})

test('take() of lines that are known, and no chain, is refused: a peer that sends them again and again gets nowhere', async () => {
  const { branch } = await split(common, left)
  const again = [...common, ...common].map(toLine)
  const { added, failure } = await branch.take(again, 'cedar')
  assert.match(failure?.message ?? '', /^cedar: line 3 of 4: .* does not follow/)
  assert.deepEqual(added, [])
})

test('take() of a line of another domain names the peer and both domains, keeps nothing and leaves no file open', async () => {
  const disk = new SimDisk(seededRandom(1))
  let open = 0
  const opening = disk.open.bind(disk)
  disk.open = async (path, access) => {
    const file = await opening(path, access)
    const close = file.close.bind(file)
    open += 1
    file.close = () => {
      open -= 1
      return close()
    }
    return file
  }
  const branches = await openOn(disk)
  const branch = await branches.obtain(generic)
  await branch.take(common.map(toLine), 'test')
  const before = open
  const other = { domain: 'exampel.com' as DomainName }
  for (const line of [following(common[0], other), following(undefined, other)]) {
    await assert.rejects(branch.take([toLine(line)], 'birch'), {
      code: 'OTHER_DOMAIN',
      message: /^birch: .* is of domain exampel\.com, not sim\.example$/,
    })
  }
  assert.deepEqual([open, branch.isSplit, await wordsOf(branch)], [before, false, [words(common)]])
})

test('a consent ends when what was decided does not go onto the disk, and the next votes say why', async () => {
  const { disk, branch } = await split(common)
  const { state } = branch
  const proposal = (id: string, from = state) => ({ id, from, to: { ...from, revision: from.revision + 1 } })
  assert.equal(branch.vote(proposal('a')).vote, 'yes')
  assert.equal(branch.vote(proposal('b')).vote, 'busy')
  disk.full = true
  await assert.rejects(branch.adopt(proposal('a').to), { code: 'DISK_FULL' })
  const { vote, trouble } = branch.vote(proposal('b', proposal('a').to))
  assert.equal(vote, 'yes')
  assert.match(trouble ?? '', /no space left on device/)
  await assert.rejects(branch.take(left.map(toLine), 'test'), { code: 'DISK_FULL' })
  assert.equal(branch.vote(proposal('c', proposal('a').to)).vote, 'yes')
  disk.full = false
  assert.equal(await branch.adopt(proposal('a').to), true)
  assert.equal(branch.vote(proposal('d', proposal('a').to)).trouble, undefined)
})

test('adopt() does not believe a length that is not that of the head, nor a revision that would use all numbers up', async () => {
  const { branch } = await split(common)
  const { state } = branch
  assert.equal(await branch.adopt({ ...state, revision: 1, length: 7 }), false)
  assert.equal(await branch.adopt({ ...state, revision: Number.MAX_SAFE_INTEGER }), false)
  assert.equal(await branch.adopt({ ...state, revision: 1_000 }), true)
})

test('names that are only heard do not use up the room for branches, nor are they opened again', async () => {
  const { disk, branches } = await split(common)
  for (let number = 1; number <= 1_100; number += 1) await branches.heard(`heard${number}` as BranchName)
  assert.equal(branches.get('heard1' as BranchName), undefined)
  assert.ok(branches.get('heard1100' as BranchName))
  assert.deepEqual(
    branches.all().map(({ name }) => name),
    [generic],
  )
  assert.ok(await branches.obtain('fork' as BranchName))
  assert.equal((await openOn(disk)).get('heard1100' as BranchName), undefined)
})

test('another line is kept beside the journal, grows, and survives a restart', async () => {
  const { disk, branch } = await split(common, left, right.slice(0, 1))
  assert.ok(branch.isSplit)
  assert.equal(branch.commonLength, 2)
  const place = { follows: common[1]?.id, last: right[2]?.id, failure: undefined }
  assert.deepEqual(await branch.take(right.map(toLine), 'test'), { added: [], split: true, ...place })
  const again = (await openOn(disk.crash('lost'))).get(generic)
  assert.deepEqual(await wordsOf(again), [words(common, left), words(common, right)])
  assert.ok(again?.has(idOf(right[2])))
})

test('a third line may leave the second one', async () => {
  const { disk, branch } = await split(common, left, right, twig)
  const all = [words(common, left), words(common, right), words(common, right.slice(0, 1), twig)]
  assert.deepEqual(await wordsOf(branch), all)
  assert.deepEqual(await branch.take([right[0]!, ...twig].map(toLine), 'test'), {
    added: [],
    split: false,
    follows: common[1]?.id,
    last: twig[1]?.id,
    failure: undefined,
  })
  const again = await wordsOf((await openOn(disk)).get(generic))
  assert.deepEqual(new Set(again.map(String)), new Set(all.map(String)))
})

test('there is a limit to the lines that are kept', async () => {
  const { branch } = await split(common)
  await branch.take(left.map(toLine), 'test')
  for (let line = 1; line <= 8; line += 1) await branch.take(chainOf([`line ${line}`], common[1]).map(toLine), 'test')
  const tooMany = branch.take(chainOf(['line 9'], common[1]).map(toLine), 'test')
  await assert.rejects(tooMany, { code: 'SPLIT', message: /over 8 lines/ })
})

test('forksOf() names where the line with a head parts from each other line', async () => {
  const { branch } = await split(common, left, right, twig)
  const headOf = (line: readonly SignedChangeset[]): ChangesetId => idOf(line.at(-1))
  assert.deepEqual(branch.forksOf(headOf(left)), [forkOf(left, right), forkOf(left, right)])
  assert.deepEqual(branch.forksOf(headOf(twig)), [forkOf(right, left), forkOf(twig, right.slice(1))])
  assert.deepEqual(branch.forksOf(headOf(common)), [])
})

for (const [how, chosen, rejected] of [
  ['the line of this host', left, right],
  ['the other line', right, left],
] as const) {
  test(`resolve() for ${how} makes the rejected line a branch`, async () => {
    const { disk, branches, branch } = await split(common, left, right)
    const name = await branches.resolve(branch, forkOf(chosen, rejected))
    assert.equal(name, asideName(generic, idOf(rejected[0])))
    for (const all of [branches, await openOn(disk)]) {
      assert.deepEqual(await wordsOf(all.get(generic)), [words(common, chosen)])
      assert.deepEqual(await wordsOf(all.get(name)), [words(common, rejected)])
    }
  })

  test(`resolve() for ${how} loses nothing whichever byte a crash comes at`, async () => {
    const fork = forkOf(chosen, rejected)
    for (let [bytes, died] = [0, true]; died; bytes += 211) {
      for (const fate of ['lost', 'kept', 'chance'] as const) {
        const { disk } = await split(common, left, right)
        disk.bytesUntilPowerFailure = bytes
        died = await resolveUntilDeath(disk, fork)
        const branches = await openOn(disk.crash(fate))
        const branch = branches.get(generic)!
        await branches.resolve(branch, fork)
        assert.deepEqual(await wordsOf(branch), [words(common, chosen)])
        const aside = branches.get(asideName(generic, fork.rejected))
        assert.deepEqual(await wordsOf(aside), [words(common, rejected)])
      }
    }
  })
}

/** Whether the power failed before it was done. */
async function resolveUntilDeath(disk: SimDisk, fork: ReturnType<typeof forkOf>): Promise<boolean> {
  const process = new SimProcess(() => process.die())
  const branches = await Branches.open({ disk: process.disk(disk), clock: new SimClock(), domain }, '/is/branches')
  const done = branches.resolve(branches.get(generic)!, fork).then(() => false)
  return Promise.race([done, process.dead.then(() => true)])
}

test('resolve() with only one of the lines here does nothing', async () => {
  const { branches, branch } = await split(common, left)
  assert.equal(await branches.resolve(branch, forkOf(left, right)), undefined)
  assert.equal(await branches.resolve(branch, forkOf(right, left)), undefined)
  assert.deepEqual(branches.all(), [branch])
})

test('resolve() goes on where the rejected line is a branch already, open and with more on it', async () => {
  const { disk, branches, branch } = await split(common, left, right.slice(0, 2))
  const name = asideName(generic, idOf(right[0]))
  const aside = await branches.obtain(name)
  await aside.take([...common, ...right].map(toLine), 'test')
  assert.equal(await branches.resolve(branch, forkOf(left, right)), name)
  const more = chainOf(['more'], right[2])
  await aside.take(more.map(toLine), 'test')
  assert.deepEqual(await wordsOf((await openOn(disk.crash('lost'))).get(name)), [words(common, right, more)])
})

test('two rejected lines with one beginning become one branch, itself split', async () => {
  const { branches, branch } = await split(common, left, right, twig)
  const name = await branches.resolve(branch, forkOf(left, right))
  assert.deepEqual(await wordsOf(branch), [words(common, left)])
  assert.deepEqual(await wordsOf(branches.get(name!)), [words(common, right), words(common, right.slice(0, 1), twig)])
})

test('follow() makes another line the journal and loses none, whatever the disk keeps', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    const { disk, branch } = await split(common, left, right)
    await branch.follow(idOf(right[1]))
    assert.deepEqual(await wordsOf(branch), [words(common, right), words(common, left)])
    const again = (await openOn(disk.crash(fate))).get(generic)
    assert.deepEqual(await wordsOf(again), [words(common, right), words(common, left)])
    assert.equal(again?.state.head, right[2]?.id)
  }
})

test('operationsDone() counts to the last one done, and says when that is not on the branch', async () => {
  const { branch } = await split(common, left)
  assert.equal(await operationsDone(branch, undefined), 0)
  assert.equal(await operationsDone(branch, { id: idOf(common[1]), index: 0 }), 2)
  assert.equal(await operationsDone(branch, { id: idOf(left[1]), index: 0 }), 4)
  const elsewhere = operationsDone(branch, { id: idOf(right[0]), index: 0 })
  await assert.rejects(elsewhere, { code: 'OFF_BRANCH', message: new RegExp(idOf(right[0]).slice(0, 12)) })
})

test('a state kept for an earlier head is of the past', async () => {
  const { disk, branch } = await split(common)
  const lock = { id: 'a'.repeat(32), user: 'ann', host: 'alder', key: left[0]!.changeset.key, message: 'm' }
  const to = { ...branch.state, revision: 1, lock: { ...lock, since: '2030-01-01T00:00:00.000Z' } }
  assert.ok(await branch.compareAndSet(branch.state, to))
  assert.deepEqual((await openOn(disk)).get(generic)?.state, to)
  await branch.take(left.map(toLine), 'test')
  const again = (await openOn(disk.crash('lost'))).get(generic)
  assert.deepEqual([again?.state.lock, again?.state.revision, again?.state.length], [null, 0, 4])
})

test('compareAndSet() from a state that is no longer the one changes nothing', async () => {
  const { disk, branch } = await split(common)
  const old = branch.state
  await branch.take(left.slice(0, 1).map(toLine), 'test')
  const { state } = branch
  assert.equal(await branch.compareAndSet(old, { ...old, revision: 1 }), false)
  const [next] = chainOf(['mine'], left[0])
  assert.equal(await branch.compareAndSet(old, { ...old, head: idOf(next), length: 4 }, { changeset: next! }), false)
  assert.equal(branch.state, state)
  assert.deepEqual(await wordsOf((await openOn(disk)).get(generic)), [words(common, left.slice(0, 1))])
})

test('a changeset that names the lock of another key is refused, and one of the key that has it is taken', async () => {
  const { branch } = await split(common)
  const time = '2030-01-01T00:00:00.000Z'
  const lock = { id: '1'.repeat(32), user: 'ann', host: 'alder', key: keyOf('alder'), message: 'why', since: time }
  await branch.compareAndSet(branch.state, changed(branch.state, { type: 'lock', lock }))
  const stolen = following(common.at(-1), { lock: lock.id })
  await assert.rejects(branch.take([toLine(stolen)], 'cedar'), {
    code: 'JOURNAL_DAMAGED',
    message:
      /^cedar: the changeset [0-9a-f]{64} names the lock of ann@alder, and is not signed by the key that has it$/,
  })
  assert.equal(branch.state.lock?.id, lock.id)
  await branch.compareAndSet(branch.state, changed(branch.state, { type: 'unlock', by: 'bob@birch', time }))
  const mine = { ...lock, id: '2'.repeat(32), key: stolen.changeset.key }
  await branch.compareAndSet(branch.state, changed(branch.state, { type: 'lock', lock: mine }))
  await branch.take([toLine(following(common.at(-1), { lock: mine.id }))], 'cedar')
  assert.equal(branch.journal.length, common.length + 1)
})

test('lines from other hosts stop before the reserve, its votes say so by name, and what is made here goes on', async () => {
  const disk = new SimDisk(seededRandom(1))
  let left = 0
  const room = { reserve: 'IS_RESERVE (5%)', left: async () => left }
  const branches = await Branches.open({ disk, clock: new SimClock(), domain, room }, '/is/branches')
  const branch = await branches.obtain(generic)
  const lines = common.map(toLine)
  await assert.rejects(branch.take(lines, 'cedar'), { code: 'DISK_FULL', message: /IS_RESERVE/ })
  assert.equal(branch.journal.length, 0)
  const vote = branch.vote({ id: 'a'.repeat(32), from: branch.state, to: branch.state })
  assert.match(vote.trouble ?? '', /^no room for \d+ bytes from other hosts beside IS_RESERVE/)
  const [own] = chainOf(['own'])
  const to = { ...branch.state, head: idOf(own), length: 1 }
  assert.equal(await branch.compareAndSet(branch.state, to, { changeset: own! }), true)
  left = 1_000_000
  const more = chainOf(['more'], own).map(toLine)
  assert.equal((await branch.take(more, 'cedar')).added.length, 1)
})

test('a damaged state is named', async () => {
  const { disk } = await split(common)
  await disk.replaceFile('/is/branches/generic/state', '{"branch":"generic"}')
  await assert.rejects(openOn(disk), { code: 'STATE_DAMAGED', message: /^\/is\/branches\/generic\/state / })
})

test('names of branches that differ in capitals alone are different directories', async () => {
  const disk = new SimDisk(seededRandom(1))
  const branches = await openOn(disk)
  for (const name of ['Web', 'web', 'wEB'])
    await (await branches.obtain(name as BranchName)).take(common.map(toLine), 'test')
  assert.deepEqual(await disk.list('/is/branches'), ['^web', 'w^e^b', 'web'])
  assert.deepEqual(
    (await openOn(disk)).all().map(({ name }) => name),
    ['Web', 'wEB', 'web'],
  )
})

test('a branch that is asked for twice at once is opened once', async () => {
  const branches = await openOn(new SimDisk(seededRandom(1)))
  const [one, two] = await Promise.all([branches.obtain(generic), branches.obtain(generic)])
  assert.equal(one, two)
})

const web = 'web' as BranchName

test('a branch of which only the name was heard is none, also after a start; the first one always is', async () => {
  const disk = new SimDisk(seededRandom(1))
  const branches = await openOn(disk)
  for (const name of [web, generic]) await branches.obtain(name)
  for (const opened of [branches, await openOn(disk)]) {
    assert.deepEqual(
      opened.all().map(({ name }) => name),
      [generic],
    )
  }
})

test('beginAsCopy() begins a branch with what another one has up to the head, byte for byte', async () => {
  const { disk, branches, branch } = await split([...common, ...left])
  const child = await branches.obtain(web)
  assert.equal(await branches.beginAsCopy(child, idOf(right[0])), false)
  assert.equal(await branches.beginAsCopy(child, noChangeset), false)
  assert.equal(await branches.beginAsCopy(child, idOf(common[1])), true)
  assert.deepEqual(await wordsOf(child), [words(common)])
  assert.equal(await branches.beginAsCopy(child, branch.state.head), false)
  const again = (await openOn(disk.crash('lost'))).get(web)
  assert.deepEqual(await wordsOf(again), [words(common)])
  assert.equal(again?.state.head, common[1]?.id)
})

test('a copy that is made for a fork is removed when the fork does not take it', async () => {
  const { disk, branches, branch } = await split(common)
  const child = await branches.obtain(web)
  await assert.rejects(
    branches.withCopy(branch, 2, child, async (path) => {
      assert.deepEqual(await disk.readFile(path), await disk.readFile('/is/branches/generic/journal'))
      throw new Error('not agreed')
    }),
    { message: 'not agreed' },
  )
  assert.deepEqual(await disk.list('/is/branches/web'), ['journal', 'journal.checked'])
  assert.ok(child.isAbsent)
})

test('a branch that is not known is refused with the one that was meant', async () => {
  const branches = await openOn(new SimDisk(seededRandom(1)))
  await branches.obtain(generic)
  assert.equal(branches.named(generic).name, 'generic')
  const refused = (name: string, message: string): void =>
    assert.throws(() => branches.named(name as BranchName), { code: 'NO_SUCH_BRANCH', message })
  refused('genric', 'no branch genric is known here (did you mean generic?)')
  refused('mail', 'no branch mail is known here')
})

test('more branches than are taken are opened if they are on disk, so that the daemon starts', async () => {
  const disk = new SimDisk(seededRandom(1))
  const names = Array.from({ length: 1_001 }, (_, index) => `b${index}` as BranchName)
  for (const name of names) {
    await disk.makeDirectory(`/is/branches/${name}`)
    await disk.replaceFile(`/is/branches/${name}/journal`, `${toLine(common[0] as SignedChangeset)}\n`)
  }
  const branches = await openOn(disk)
  assert.equal(branches.all().length, names.length)
  await assert.rejects(branches.obtain('another' as BranchName), failure('USAGE', /^no branch another: /))
})

test('branches that are opened at once are no more than are taken', async () => {
  const branches = await openOn(new SimDisk(seededRandom(1)))
  const names = Array.from({ length: 1_003 }, (_, index) => `b${index}` as BranchName)
  const opened = await Promise.allSettled(names.map((name) => branches.obtain(name)))
  assert.equal(opened.filter(({ status }) => status === 'fulfilled').length, 1_000)
})
