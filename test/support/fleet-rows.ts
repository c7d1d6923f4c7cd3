/** What a daemon answers that knows hosts which are nowhere else. */
import { IsconfError } from '../../src/base/index.ts'
import type { Client, HostRow, OutputAnswer, Status } from '../../src/control/index.ts'

/** A host that is level, but for what is said. */
export function hostRow(name: string, said: Partial<HostRow> = {}): HostRow {
  return {
    ...{ name, peerId: `id${Buffer.from(name).toString('hex').slice(0, 40)}`, here: false, connected: true },
    ...{ address: '192.0.2.1:65027', seen: null, state: 'level', release: '5.0.0', branch: 'generic' },
    ...{ position: 7, operations: 7, stopped: null, deviations: [], holds: [], boot: null },
    ...said,
  }
}

const status = {
  ...{ host: 'alder', release: '5.0.0', pid: 1, domain: { name: 'lab.example.com', source: 'main.cf' } },
  ...{ branch: 'generic', head: '0'.repeat(64), position: 7, operations: 7, pending: 0, stopped: null },
  ...{ rebootPending: null, running: null, holds: [], lock: null, work: null, needsRebuild: null, deviations: [] },
  ...{ left: [], lines: [], bank: { address: null }, warnings: [] },
  mesh: { peerId: 'id', addresses: [], peers: [], unreached: [], authenticated: true, refused: 0 },
} satisfies Status

/** Whatever it is asked of. */
const output = {
  ...{ host: 'birch', operation: 'abc:0', time: '2030-01-01T00:00:00.000Z', stderr: '' },
  stdout: `<img src=x onerror=alert(1)>"'&{{7*7}}{% raw %}\n`,
  cutBytes: { stdout: 70_000, stderr: 0 },
} satisfies OutputAnswer

/** Answers what the page of the fleet and those of its hosts ask for. */
export function knownFleet(hosts: readonly HostRow[]): Pick<Client, 'get' | 'post' | 'listen'> {
  const unknown = async (path: string): Promise<never> => {
    throw new IsconfError('NO_SUCH_OPERATION', `not answered here: ${path}`)
  }
  const get = async (path: string): Promise<unknown> => {
    if (path === '/v1/status') return status
    if (path.startsWith('/v1/output?')) return output
    return path === '/v1/hosts' ? hosts : unknown(path)
  }
  return { get, post: unknown, listen: () => new Promise(() => undefined) }
}
