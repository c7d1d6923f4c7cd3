/** The examples of monitoring, and the metrics that they name. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type HostRow, hostStates, type Status } from '../../src/control/index.ts'
import { exposition } from '../../src/daemon/metrics/metric.ts'
import { type MetricFacts, metrics } from '../../src/daemon/metrics/table.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

const examples = fileURLToPath(new URL('../../examples/monitoring', import.meta.url))
const alerts = join(examples, 'alerts.yml')
const dashboard = join(examples, 'dashboard.json')

/** A host of which there is everything to tell, in a domain whose name needs to be quoted. */
const facts: MetricFacts = {
  status: {
    ...{ host: 'alder', release: '5.0.0', pid: 1, domain: { name: 'a"b\\c\nd', source: 'a test' }, branch: 'generic' },
    ...{ head: '', position: 3, operations: 5, pending: 2, stopped: { operation: 'a:3', reason: 'why' } },
    ...{ rebootPending: null, holds: [], work: null, needsRebuild: null, deviations: [], left: [], lines: [] },
    lock: { branch: 'generic', user: 'luke', host: 'alder', message: 'why', since: '2030-01-01T00:00:00.500Z' },
    mesh: { peerId: '', addresses: [], peers: [], unreached: [], authenticated: true, refused: 7 },
    ...{ bank: { address: null }, warnings: ['one'] },
  } as unknown as Status,
  hosts: [
    { here: true, state: 'stopped', stopped: { operation: 'a:3', why: 'why', since: '2030-01-01T00:00:00.000Z' } },
    { here: false, state: 'level' },
    { here: false, state: 'level' },
  ] as unknown as readonly HostRow[],
  events: new Map([['checked-in', 4]]),
  usage: { residentBytes: 70_000_000, cpuSeconds: 1.5, startedSeconds: 1_893_456_000 },
  notify: { failures: 1, dropped: 2 },
}
const text = exposition(metrics, facts)

test('what is exposed is what status and hosts say, in base units, each state of a host among it', () => {
  for (const line of [
    'isconf_build_info{release="5.0.0",domain="a\\"b\\\\c\\nd"} 1',
    'isconf_operations_pending{branch="generic"} 2',
    'isconf_stopped 1',
    'isconf_stopped_timestamp_seconds 1893456000',
    'isconf_lock_timestamp_seconds{branch="generic"} 1893456000.5',
    'isconf_hosts{state="level"} 2',
    'isconf_hosts{state="behind"} 0',
    'isconf_connections_refused_total 7',
    'isconf_events_total{type="checked-in"} 4',
    'isconf_process_resident_memory_bytes 70000000',
  ])
    assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`)
  assert.equal(text.match(/^isconf_hosts\{/gm)?.length, Object.keys(hostStates).length)
  for (const { name } of metrics) assert.match(text, new RegExp(`^${name}[{ ]`, 'm'), `${name} has a value here`)
})

test('promtool finds nothing to say of the metrics', { skip: unlessThere('promtool') }, (t) => {
  const path = join(temporaryDirectory(t), 'metrics.prom')
  const check = (exposed: string) => {
    writeFileSync(path, exposed)
    return ran('sh', '-c', 'promtool check metrics < "$1"', 'sh', path)
  }
  assert.deepEqual(check(text), { status: 0, text: '' })
  assert.notEqual(check(text.replace('# HELP isconf_stopped ', '# HEL isconf_stopped ')).status, 0)
})

test('promtool takes the alert rules', { skip: unlessThere('promtool') }, () => {
  const { status, text: said } = ran('promtool', 'check', 'rules', '--lint-fatal', alerts)
  assert.equal(status, 0, said)
})

test('every metric that the rules and the dashboard name is one', () => {
  const names = new Set(metrics.map(({ name }) => name))
  for (const path of [alerts, dashboard]) {
    const named = readFileSync(path, 'utf8').match(/\bisconf_\w+/g) ?? []
    assert.ok(named.length > 5, path)
    for (const name of named) assert.ok(names.has(name), `${path} names ${name}`)
  }
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as { panels: { id: number; targets: object[] }[] }
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  assert.ok(panels.every(({ targets }) => targets.length > 0))
})
