/** The end of a run: splits are resolved, work is checked in, hosts that can't go on are rebuilt; then all are alike. */

import type { Random } from '../../src/base/index.ts'
import { type BankFiles, Banks, linesOfSplit, voidsIn } from '../../src/branch/index.ts'
import type { UpAnswer } from '../../src/control/index.ts'
import type { Cluster, Outcome } from './cluster.ts'
import { BrokenPromise, type Checks, idsOf } from './cluster-checks.ts'
import { rebootMsMax, type SimHost } from './cluster-host.ts'
import { startAgain } from './cluster-start.ts'

/** A run, as its end needs it. */
interface RunToEnd {
  readonly cluster: Cluster
  readonly checks: Checks
  readonly random: Random
  /** Does a verb to its end, and looks at what came of it. */
  ask(host: SimHost, ...words: readonly string[]): Promise<Outcome>
  /** What the host's user was about and has to do again. */
  againOn(host: SimHost): readonly string[] | undefined
}

/** What hosts that are connected need to tell each other everything, by exchange alone. */
const levelMs = 90_000
const roundsMax = 24

export async function makeWhole(story: RunToEnd): Promise<void> {
  await level(story)
  await resolveAll(story)
  await finishWork(story)
  await level(story)
  for (const host of story.cluster.hosts) {
    await bringUp(story, host)
    // It had done what is void: only a new disk has not.
    if (host.daemon.deviations.all.length === 0) continue
    await buildAnew(story, host)
    await bringUp(story, host)
  }
  await story.checks.afterStep()
  await assertCongruent(story)
}

async function level({ cluster, checks }: RunToEnd): Promise<void> {
  await cluster.meet()
  await cluster.run(levelMs)
  await checks.afterStep()
}

async function resolveAll(story: RunToEnd): Promise<void> {
  const { cluster, random } = story
  for (let round = 0; round < roundsMax; round += 1) {
    assertSplitIsKnown(story)
    // Also a branch that no host is on.
    const split = cluster.hosts.flatMap((host) =>
      host.daemon.branches.all().flatMap((branch) => (branch.isSplit ? [{ host, branch }] : [])),
    )
    const one = split[random.below(Math.max(1, split.length))]
    if (!one) return
    const { host, branch } = one
    const lines = await linesOfSplit(branch)
    const line = lines[random.below(Math.max(1, lines.length))]
    if (!line) throw new BrokenPromise(`${host.name}: no lines of a split`)
    await story.ask(host, 'resolve', line.first, branch.name)
    await level(story)
  }
  throw new BrokenPromise(`still split after ${roundsMax} resolutions`)
}

/** Journals of one branch that differ, on hosts that have told each other everything, are a split that all of them know. */
function assertSplitIsKnown({ cluster }: RunToEnd): void {
  const [first, ...others] = cluster.hosts
  for (const branch of first?.daemon.branches.all() ?? []) {
    for (const other of others) {
      const theirs = other.daemon.branches.get(branch.name)
      if (!theirs) throw new BrokenPromise(`${other.name} has no branch ${branch.name}`)
      if (theirs.journal.head === branch.journal.head && theirs.isSplit === branch.isSplit) continue
      if (theirs.isSplit && branch.isSplit) continue
      const heads = `${first?.name} ${describe(branch)}, ${other.name} ${describe(theirs)}`
      throw new BrokenPromise(`branch ${branch.name} is not level: ${heads}`)
    }
  }
}

function describe({ journal, isSplit }: SimHost['daemon']['branch']): string {
  return `${idsOf(journal)
    .map((id) => id.slice(0, 8))
    .join(' ')}${isSplit ? ' (split)' : ''}`
}

async function finishWork(story: RunToEnd): Promise<void> {
  const { cluster, checks } = story
  for (const host of cluster.hosts) {
    const again = story.againOn(host)
    if (again) await story.ask(host, ...again)
    await story.ask(host, 'ci')
    const { work, rebuild, deviations } = host.daemon
    const isCongruent = !checks.dirty.has(host) && !rebuild.reason && deviations.all.length === 0
    if (isCongruent && work.operations.length === 0) continue
    // Its machine is not what any journal makes: the way back is to build it anew.
    await buildAnew(story, host)
  }
}

async function buildAnew({ cluster, checks }: RunToEnd, host: SimHost): Promise<void> {
  await cluster.run(1_000)
  if (!(await checks.isSpare(host))) throw new BrokenPromise(`${host.name} holds something that no other host has`)
  host.wipe()
  checks.forget(host)
  await startAgain(cluster, host)
  await cluster.meet()
}

/** As the boot service does: `up -r` until there is nothing left, each time the host has rebooted. */
async function bringUp(story: RunToEnd, host: SimHost): Promise<void> {
  const { journal } = host.daemon.branch
  for (let reboots = 0; reboots <= journal.operationCount; reboots += 1) {
    // Some are still held, or their branch is.
    const outcome = await story.ask(host, 'up', '-r', '--despite-hold=the run ends')
    const isOver = outcome.type === 'done' && !(outcome.result as UpAnswer).rebooting
    if (isOver) return
    if (outcome.type === 'failed') break
    await story.cluster.run(rebootMsMax)
    if (!host.isUp) await startAgain(story.cluster, host)
    await story.cluster.meet()
  }
  throw new BrokenPromise(`${host.name} can't be brought up`)
}

/** The two questions that matter: are the journals equal, and are the files? */
async function assertCongruent(story: RunToEnd): Promise<void> {
  const [first, ...others] = story.cluster.hosts
  for (const other of others) if (first) await assertSameJournals(first, other)
  for (const host of story.cluster.hosts) {
    await assertUpToDate(story, host)
    await assertBank(host)
    for (const id of story.checks.acknowledged) {
      if (host.daemon.branches.all().some((branch) => branch.has(id))) continue
      throw new BrokenPromise(`${host.name} does not have ${id}, which a ci had acknowledged`)
    }
  }
}

async function assertSameJournals(one: SimHost, other: SimHost): Promise<void> {
  for (const { name, state, directory, isSplit } of one.daemon.branches.all()) {
    if (isSplit) continue
    const [bytes, theirs] = [
      await one.disk.readFile(`${directory}/journal`),
      await other.disk.readFile(`${directory}/journal`),
    ]
    if (Buffer.compare(bytes ?? Buffer.alloc(0), theirs ?? Buffer.alloc(0)) !== 0) {
      throw new BrokenPromise(`${one.name} and ${other.name} have different journals of ${name}`)
    }
    const [mine, found] = [JSON.stringify(state), JSON.stringify(other.daemon.branches.get(name)?.state)]
    if (mine !== found) throw new BrokenPromise(`branch ${name}: ${one.name} has ${mine}, ${other.name} has ${found}`)
  }
}

/** What a host knows of its bank, through all that befell its journal, is what the journal says, and is on its disk. */
async function assertBank({ name, daemon }: SimHost): Promise<void> {
  const { banks, branch, deps } = daemon
  const [kept, read] = [await banks.filesOf(branch), await new Banks().filesOf(branch)]
  const text = (files: BankFiles): string => JSON.stringify([...files.values()])
  if (text(kept) !== text(read)) throw new BrokenPromise(`${name} offers\n${text(kept)}\nnot\n${text(read)}`)
  for (const { blob } of read.values()) {
    if (!deps.store.has(blob.id)) throw new BrokenPromise(`${name} lacks ${blob.id}, which its branch publishes`)
  }
}

async function assertUpToDate({ checks }: RunToEnd, { name, daemon, machine }: SimHost): Promise<void> {
  const { branch } = daemon
  const voids = new Set((await voidsIn(branch.journal)).keys())
  const expected = await checks.machineAt(branch.journal, branch.journal.operationCount, voids)
  if (machine.tree === expected.tree) return
  throw new BrokenPromise(`${name} is up to date on ${branch.name} and has\n${machine.tree}\nnot\n${expected.tree}`)
}
