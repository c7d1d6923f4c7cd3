/** The parts of the daemon that requests may ask for. */
import type { Cancel } from '../../../base/index.ts'
import type { Branch } from '../../../branch/index.ts'
import type { UpSettings } from '../../../config/index.ts'
import type {
  MeshStatus,
  RestartAnswer,
  StrangerStatus,
  UnattendedAnswer,
  UnreachedAddress,
  WebLink,
} from '../../../control/index.ts'
import type { BranchingDeps } from '../../../origin/index.ts'
import type { DaemonDeps } from '../../daemon-deps.ts'
import type { NotifyCounts } from '../../events/notifier.ts'
import type { HomeFacts } from '../../home-facts.io.ts'
import type { HostDaemon } from '../../host-daemon.ts'
import type { ProcessUsage } from '../../metrics/table.ts'
import type { ScheduledUp } from '../../scheduled-up.io.ts'

type OfHost =
  | 'identity'
  | 'branches'
  | 'history'
  | 'outputs'
  | 'installedEarly'
  | 'work'
  | 'rebuild'
  | 'damaged'
  | 'deviations'
  | 'hold'
  | 'left'
  | 'resolutions'
  | 'reachable'
  | 'replicator'
  | 'blobs'
  | 'banks'
  | 'warnings'
  | 'events'
  | 'afterResolution'

type OfWorld = 'bootRecord' | 'clock' | 'rehearsals' | 'log' | 'machine' | 'store' | 'transport'

/** Each request names those that it needs: `Pick<Parts, 'branch' | 'history'>`. */
export interface Parts extends Pick<HostDaemon, OfHost>, Pick<DaemonDeps, OfWorld> {
  /** The branch that this host is on now: a request may have moved it since it was looked at. */
  readonly branch: Branch
  /** What the functions of src/origin need, as it is now. */
  readonly origin: () => BranchingDeps
  readonly process: DaemonProcess
}

/** What only the process knows and can do. */
export interface DaemonProcess extends ProcessFacts {
  /** Ends the daemon now, or when what changes this host has finished. Returns what that is; null if it ends now. */
  readonly stop: (whenIdle: boolean) => string | null
  /** Ends the daemon to be started again, when nothing is under way that changes this host. */
  readonly restart: () => Promise<Omit<RestartAnswer, 'pid'>>
  /** The verb under way that changes this host. */
  readonly running: () => string | undefined
  /**
   * Interrupts what `caller` asked for, or what changes this host. Returns the name of that request; null if there is
   * none.
   */
  readonly interrupt: (caller: string | undefined) => string | null
  /** How `up` by itself stands; undefined where it is left to people. */
  readonly unattended?: () => UnattendedAnswer | undefined
}

export interface ProcessFacts {
  readonly release: string
  readonly pid: number
  readonly domainSource: string
  readonly warnings: () => readonly string[]
  /** The sign that another machine has this host's key; undefined if there is none. */
  readonly cloned?: () => string | undefined
  /** Says that nobody can reach this host where it listens; undefined if somebody may. */
  readonly unreachable?: () => string | undefined
  /** Where the package bank answers; undefined while its port can't be had. */
  readonly bankAddress: () => string | undefined
  /** What is set about `up` by itself; not in a simulated world. */
  readonly upSettings?: () => UpSettings
  /** Hears when they may be others. */
  readonly onUpSettings?: (listener: () => void) => Cancel
  /** Where this machine is told to run `isconf up` besides; not in a simulated world. */
  readonly scheduledUps?: () => readonly ScheduledUp[]
  /** What the process has used; not in a simulated world. */
  readonly usage?: () => ProcessUsage
  /** How hooks that are told of events have done; not in a simulated world. */
  readonly notified?: () => NotifyCounts
  /** Of the disk that IS_HOME is on; not in a simulated world. */
  readonly homeFacts?: () => HomeFacts
  readonly mesh: () => Omit<MeshStatus, 'peers' | 'peerId' | 'unreached' | 'strangers'>
  /** Addresses where other hosts should be and nobody was reached. */
  readonly unreached: () => readonly UnreachedAddress[]
  /** A new link to the page; undefined when there is none. WEB_ADDRESS. Not in a simulated world. */
  readonly web?: () => WebLink | undefined
  /** Who was not admitted lately; not in a simulated world. */
  readonly strangers?: () => readonly StrangerStatus[]
}

export function partsOf(daemon: HostDaemon, process: DaemonProcess): Parts {
  const { identity, branches, history, outputs, installedEarly, work, rebuild, damaged, deviations, hold, left } =
    daemon
  const { resolutions, reachable, replicator, blobs, banks, warnings, events } = daemon
  const { bootRecord, rehearsals, clock, log, machine, store, transport } = daemon.deps
  return {
    ...{
      identity,
      branches,
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
      reachable,
      replicator,
      blobs,
      banks,
    },
    ...{ warnings, events, clock, log, machine, store, transport, process },
    ...(bootRecord && { bootRecord }),
    ...(rehearsals && { rehearsals }),
    get branch() {
      return daemon.branch
    },
    origin: () => daemon.origin(),
    afterResolution: () => daemon.afterResolution(),
  }
}
