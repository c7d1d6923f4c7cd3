/** What a daemon finds on disk when it starts: branches, history, work, marks, and the branch that this host is on. */
import type { Log } from '../base/index.ts'
import { Branches } from '../branch/index.ts'
import { Deviations, History, type LeftDomain, leftDomains, RebuildMark } from '../host/index.ts'
import { WorkInProgress } from '../origin/index.ts'
import { InstalledEarly } from '../replay/index.ts'
import { Resolutions } from '../replication/index.ts'
import { CurrentBranch } from './current-branch.ts'
import type { DaemonDeps, Identity } from './daemon-deps.ts'

export interface StateOnDisk {
  readonly branches: Branches
  readonly current: CurrentBranch
  readonly history: History
  readonly installedEarly: InstalledEarly
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  readonly deviations: Deviations
  /** The domains that this host has left. */
  readonly left: readonly LeftDomain[]
  readonly resolutions: Resolutions
}

/** Opens all of it. JOURNAL_DAMAGED, STATE_DAMAGED; OTHER_DOMAIN when there are journals of another domain. */
export async function openState(
  identity: Identity,
  { disk, clock, log }: Pick<DaemonDeps, 'disk' | 'clock' | 'log'>,
): Promise<StateOnDisk> {
  const { home, domain } = identity
  await disk.makeDirectory(`${home}/conf`)
  const branches = await Branches.open({ disk, clock, domain }, `${home}/branches`)
  const resolutions = await Resolutions.open(disk, `${home}/conf/resolutions`, branches, log)
  const current = await CurrentBranch.open(disk, `${home}/conf/branch`, branches)
  const history = await History.open(disk, `${home}/conf/history`, clock)
  const installedEarly = await InstalledEarly.open(disk, `${home}/conf/ahead`)
  const work = await WorkInProgress.open(disk, `${home}/journal.wip`)
  const rebuild = await RebuildMark.open(disk, `${home}/conf/needs-rebuild`)
  const deviations = await Deviations.open(disk, `${home}/conf/deviations`)
  warnOfTornLines([...branches.all().map(({ journal }) => journal), history, work], log)
  const left = await leftDomains(disk, home)
  return { branches, current, history, installedEarly, work, rebuild, deviations, left, resolutions }
}

function warnOfTornLines(logs: readonly { readonly path: string; readonly droppedBytes: number }[], log: Log): void {
  for (const { path, droppedBytes } of logs) {
    if (droppedBytes > 0)
      log.warn({ path, droppedBytes }, `${path}: dropped a torn last line: it was never acknowledged`)
  }
}
