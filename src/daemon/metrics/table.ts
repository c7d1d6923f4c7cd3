/** Every metric of this host; docs/metrics.md is printed from here. */
import { type HostRow, type HostState, hostStates, type Status } from '../../control/index.ts'
import type { EventCounts } from '../events/event-bus.ts'
import type { NotifyCounts } from '../events/notifier.ts'
import type { Metric, Sample } from './metric.ts'

export interface MetricFacts {
  readonly status: Status
  readonly hosts: readonly HostRow[]
  readonly events: EventCounts
  readonly usage: ProcessUsage | undefined
  readonly notify: NotifyCounts | undefined
}

/** What the daemon's process has used. */
export interface ProcessUsage {
  readonly residentBytes: number
  readonly cpuSeconds: number
  readonly startedSeconds: number
}

const one = (value: number): readonly Sample[] => [{ value }]
const flag = (is: boolean): readonly Sample[] => one(is ? 1 : 0)
const known = (value: number | null | undefined): readonly Sample[] => (value == null ? [] : one(value))
const seconds = (time: string): number => Date.parse(time) / 1_000
const onBranch = ({ status: { branch } }: MetricFacts, value: number | null): readonly Sample[] =>
  value === null ? [] : [{ labels: { branch }, value }]

function hostsByState(hosts: readonly HostRow[]): readonly Sample[] {
  const states = Object.keys(hostStates) as HostState[]
  return states.map((state) => ({ labels: { state }, value: hosts.filter((host) => host.state === state).length }))
}

const gauge = (
  name: string,
  help: string,
  samples: (facts: MetricFacts) => readonly Sample[],
): Metric<MetricFacts> => ({ name, type: 'gauge', help, samples })
const counter: typeof gauge = (...row) => ({ ...gauge(...row), type: 'counter' })

export const metrics: readonly Metric<MetricFacts>[] = [
  gauge('isconf_build_info', 'The release of the daemon and the domain of this host; always 1.', ({ status }) => [
    { labels: { release: status.release, domain: status.domain.name }, value: 1 },
  ]),
  gauge('isconf_branch_operations', 'Operations in the journal of the branch of this host.', (facts) =>
    onBranch(facts, facts.status.operations),
  ),
  gauge(
    'isconf_operations_done',
    'Operations of its branch that this host is past; absent when it has left it.',
    (facts) => onBranch(facts, facts.status.position),
  ),
  gauge('isconf_operations_pending', 'Operations of its branch that this host has yet to do.', (facts) =>
    onBranch(facts, facts.status.pending),
  ),
  gauge('isconf_stopped', 'Whether this host is stopped at an operation.', ({ status }) =>
    flag(status.stopped !== null),
  ),
  gauge('isconf_stopped_timestamp_seconds', 'Since when this host is stopped there.', ({ hosts }) => {
    const since = hosts.find(({ here }) => here)?.stopped?.since
    return since == null ? [] : one(seconds(since))
  }),
  gauge('isconf_reboot_pending', 'Whether a reboot was asked for and has not come.', ({ status }) =>
    flag(status.rebootPending !== null),
  ),
  gauge('isconf_holds', 'Holds of this host and of its branch.', ({ status }) => one(status.holds?.length ?? 0)),
  gauge('isconf_deviations', 'In how much this host differs from its journal.', ({ status }) =>
    one(status.deviations.length),
  ),
  gauge('isconf_needs_rebuild', 'Whether this host has to be built anew.', ({ status }) =>
    flag(status.needsRebuild !== null),
  ),
  gauge('isconf_work_operations', 'Operations done on this host that are not checked in.', ({ status }) =>
    one(status.work?.operations.length ?? 0),
  ),
  gauge('isconf_branch_locked', 'Whether somebody has the lock of the branch.', (facts) =>
    onBranch(facts, facts.status.lock ? 1 : 0),
  ),
  gauge('isconf_lock_timestamp_seconds', 'Since when the branch is locked.', (facts) =>
    onBranch(facts, facts.status.lock ? seconds(facts.status.lock.since) : null),
  ),
  gauge('isconf_branch_split', 'Whether the branch is split, and nobody has resolved that.', (facts) =>
    onBranch(facts, facts.status.lines.length > 0 ? 1 : 0),
  ),
  gauge(
    'isconf_hosts',
    'Hosts of the domain by their state, as this host knows them and `isconf fleet` names it.',
    ({ hosts }) => hostsByState(hosts),
  ),
  gauge('isconf_peers', 'Hosts that this one is connected to.', ({ status }) => one(status.mesh.peers.length)),
  gauge('isconf_addresses_unreached', 'Addresses where other hosts should be, and none was reached.', ({ status }) =>
    one(status.mesh.unreached.length),
  ),
  gauge('isconf_mesh_authenticated', 'Whether hosts have to prove a key of the domain to be let in.', ({ status }) =>
    flag(status.mesh.authenticated),
  ),
  counter('isconf_connections_refused_total', 'Connections of strangers that were turned away.', ({ status }) =>
    one(status.mesh.refused),
  ),
  gauge('isconf_warnings', 'Warnings that `isconf status` shows.', ({ status }) => one(status.warnings.length)),
  counter('isconf_events_total', 'What `isconf events` has told, by type.', ({ events }) =>
    [...events].map(([type, value]) => ({ labels: { type }, value })),
  ),
  counter('isconf_notify_failures_total', 'Runs of notify hooks that did not end well.', ({ notify }) =>
    known(notify?.failures),
  ),
  counter(
    'isconf_notify_dropped_total',
    'Events that no notify hook was run for, because too many waited.',
    ({ notify }) => known(notify?.dropped),
  ),
  gauge('isconf_process_resident_memory_bytes', "Memory of the daemon's process.", ({ usage }) =>
    known(usage?.residentBytes),
  ),
  counter('isconf_process_cpu_seconds_total', "Processor time of the daemon's process.", ({ usage }) =>
    known(usage?.cpuSeconds),
  ),
  gauge('isconf_process_start_time_seconds', 'When the daemon was started.', ({ usage }) =>
    known(usage?.startedSeconds),
  ),
]
