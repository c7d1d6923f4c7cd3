import type { HostRow, Status } from '../../control/index.ts'
import { exposition } from '../metrics/metric.ts'
import { metrics } from '../metrics/table.ts'
import { hostsRequest } from './hosts.ts'
import { nothing } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { statusRequest } from './status.ts'

/** What status and hosts say, as numbers: so that all three say the same. */
export const metricsRequest = request({
  name: 'metrics',
  kind: 'text',
  result: 'what a monitor watches, in the text format of Prometheus',
  details: 'docs/metrics.md has each of them.',
  input: nothing,
  run: async (parts: Parts, _, context): Promise<string> => {
    const status = (await statusRequest.answer(parts, {}, context)) as Status
    const hosts = (await hostsRequest.answer(parts, {}, context)) as readonly HostRow[]
    const { usage, notified } = parts.process
    return exposition(metrics, { status, hosts, events: parts.events.counts, usage: usage?.(), notify: notified?.() })
  },
})
