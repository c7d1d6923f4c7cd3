/** What a daemon finds on disk when it starts: branches, history, work, marks, and the branch that this host is on. */
import { type Clock, isoTime, type Log, type Salvage } from '../base/index.ts'
import { Branches } from '../branch/index.ts'
import {
  Deviations,
  History,
  type HoldMark,
  KeptOutputs,
  type LeftDomain,
  leftDomains,
  openHold,
  RebuildMark,
  unrecordedKey,
} from '../host/index.ts'
import { WorkInProgress } from '../origin/index.ts'
import { InstalledEarly } from '../replay/index.ts'
import { Resolutions } from '../replication/index.ts'
import { CurrentBranch } from './current-branch.ts'
import type { DaemonDeps, Identity } from './daemon-deps.ts'
import { DamagedFiles } from './damaged-files.ts'

export interface StateOnDisk {
  readonly branches: Branches
  readonly current: CurrentBranch
  readonly history: History
  readonly outputs: KeptOutputs
  readonly installedEarly: InstalledEarly
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  /** What can't be used of all this. */
  readonly damaged: DamagedFiles
  readonly deviations: Deviations
  readonly hold: HoldMark
  /** The domains that this host has left. */
  readonly left: readonly LeftDomain[]
  readonly resolutions: Resolutions
}

/** Opens all of it; what is damaged is set aside. OTHER_DOMAIN when there are journals of another domain; NEWER_RELEASE. */
export async function openState(
  identity: Identity,
  { disk, clock, log, room }: Pick<DaemonDeps, 'disk' | 'clock' | 'log' | 'room'>,
): Promise<StateOnDisk> {
  const { home, domain } = identity
  await disk.makeDirectory(`${home}/conf`)
  const damaged = new DamagedFiles({ disk, clock, log, home })
  const { opening } = damaged
  const opened = <T>(path: string, open: (path: string) => Promise<T>, salvage?: Salvage): Promise<T> =>
    opening(`${home}/${path}`, () => open(`${home}/${path}`), salvage)
  const branches = await Branches.open({ disk, clock, domain, opening, ...(room && { room }) }, `${home}/branches`)
  const resolutions = await opened('conf/resolutions', (path) => Resolutions.open(disk, path, branches, log))
  const current = await opened('conf/branch', (path) => CurrentBranch.open(disk, path, branches))
  const history = await opened('conf/history', (path) => History.open(disk, path, clock), History.readable)
  const outputs = await KeptOutputs.open(disk, clock, `${home}/output`)
  const installedEarly = await opened('conf/ahead', (path) => InstalledEarly.open(disk, path))
  const rebuild = await opened('conf/needs-rebuild', (path) => RebuildMark.open(disk, path), unsaidReason(clock))
  const deviations = await opened('conf/deviations', (path) => Deviations.open(disk, path), Deviations.readable)
  const hold = await opened('conf/hold', (path) => openHold(disk, path), unsaidHold(clock))
  const work = await openWork(identity, { disk, clock, damaged, rebuild, deviations })
  warnOfTornLines([...branches.all().map(({ journal }) => journal), history, work], log)
  const left = await leftDomains(disk, home, opening)
  return {
    branches,
    current,
    history,
    outputs,
    installedEarly,
    work,
    rebuild,
    damaged,
    deviations,
    hold,
    left,
    resolutions,
  }
}

/** If the reason can't be read, the host still needs a rebuild. */
function unsaidReason(clock: Clock): Salvage {
  return () => `${JSON.stringify({ operations: 1, by: 'somebody', time: isoTime(clock) })}\n`
}

/** If it can't be read who holds a host, it stays held. */
function unsaidHold(clock: Clock): Salvage {
  return () => `${JSON.stringify({ by: 'somebody', why: 'conf/hold was damaged', since: isoTime(clock) })}\n`
}

interface WorkDeps extends Pick<DaemonDeps, 'disk' | 'clock'> {
  readonly damaged: DamagedFiles
  readonly rebuild: RebuildMark
  readonly deviations: Deviations
}

/**
 * Opens the work in progress. What can't be read of it was done on this host and is in no journal, and is noted as
 * that.
 */
async function openWork(
  { home, host }: Identity,
  { disk, clock, damaged, rebuild, deviations }: WorkDeps,
): Promise<WorkInProgress> {
  const path = `${home}/journal.wip`
  let lost = 0
  const salvage: Salvage = (bytes) => {
    const good = WorkInProgress.readable(bytes)
    // The first line is not an operation.
    lost = Math.max(0, linesIn(Buffer.from(bytes).toString('utf8')) - Math.max(1, linesIn(good ?? '')))
    return good
  }
  const work = await damaged.opening(path, () => WorkInProgress.open(disk, path), salvage)
  if (lost > 0) {
    const by = work.header?.author ?? `somebody@${host}`
    const [text, time] = [`${lost} operations that can't be read`, isoTime(clock)]
    const why = `${path} was damaged`
    await deviations.add({ kind: 'dropped', operation: unrecordedKey(`damaged work ${time}`), text, by, why, time })
    await rebuild.set({ operations: lost, by, time })
  }
  return work
}

function linesIn(text: string): number {
  return text.split('\n').length - 1
}

function warnOfTornLines(logs: readonly { readonly path: string; readonly droppedBytes: number }[], log: Log): void {
  for (const { path, droppedBytes } of logs) {
    if (droppedBytes > 0)
      log.warn({ path, droppedBytes }, `${path}: dropped a torn last line: it was never acknowledged`)
  }
}
