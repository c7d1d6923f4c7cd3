/** What the page reads, all of it over the control socket, without any request that changes something. */
import { IsconfError, toIsconfError } from '../base/index.ts'
import type {
  BranchRow,
  Client,
  DiffPath,
  HistoryRow,
  HostRow,
  LogEntry,
  OutputAnswer,
  Shown,
  Status,
  WaitingStatus,
  WipAnswer,
} from '../control/index.ts'
import { Lines } from '../presentation/index.ts'

export type ReadingClient = Pick<Client, 'get' | 'post' | 'listen'>

/** Nobody reads more differences than this in a browser; a command shows them. */
const diffBytesMax = 1024 * 1024

export interface FoundDifferences {
  readonly paths: readonly DiffPath[]
  /** Whether there are more, which are not given. */
  readonly isCut: boolean
}

export class Source {
  readonly #client: ReadingClient

  constructor(client: ReadingClient) {
    this.#client = client
  }

  /** NO_DOMAIN and other failures: what the daemon waits for. */
  async status(): Promise<Status> {
    const status = (await this.#client.get('/v1/status')) as Status | WaitingStatus
    if (!('waiting' in status)) return status
    const { code, message, hint } = status.waiting
    throw new IsconfError(code, message, { hint })
  }

  async hosts(): Promise<readonly HostRow[]> {
    return (await this.#client.get('/v1/hosts')) as readonly HostRow[]
  }

  async branches(): Promise<readonly BranchRow[]> {
    return (await this.#client.get('/v1/branches')) as readonly BranchRow[]
  }

  async log(branch: string | undefined, limit: number): Promise<readonly LogEntry[]> {
    const query = new URLSearchParams({ limit: String(limit), ...(branch !== undefined && { branch }) })
    return (await this.#client.get(`/v1/log?${query}`)) as readonly LogEntry[]
  }

  async show(name: string): Promise<Shown> {
    return (await this.#client.get(`/v1/show?${new URLSearchParams({ name })}`)) as Shown
  }

  async work(): Promise<WipAnswer> {
    return (await this.#client.get('/v1/wip')) as WipAnswer
  }

  async history(limit: number): Promise<readonly HistoryRow[]> {
    return (await this.#client.get(`/v1/history?limit=${limit}`)) as readonly HistoryRow[]
  }

  /** What an operation wrote on a host, the newest of which that is kept when none is named. */
  async output(host: string, operation: string | undefined): Promise<OutputAnswer> {
    const query = new URLSearchParams({ host, ...(operation !== undefined && { operation }) })
    return (await this.#client.get(`/v1/output?${query}`)) as OutputAnswer
  }

  /** What differs between two changesets, as `isconf diff` has it. */
  async differences(from: string, to: string): Promise<FoundDifferences> {
    const paths: DiffPath[] = []
    let sizeBytes = 0
    const lines = new Lines((line) => {
      if (sizeBytes <= diffBytesMax) paths.push(JSON.parse(line) as DiffPath)
    })
    const enough = new Error('enough')
    try {
      await this.#client.post('/v1/diff', { cwd: '/', from, to }, (event) => {
        if (event.event !== 'output') return
        const bytes = Buffer.from(event.bytes, 'base64')
        sizeBytes += bytes.length
        // Who goes away stops it.
        if (sizeBytes > diffBytesMax) throw enough
        lines.add(bytes)
      })
    } catch (thrown) {
      if (thrown !== enough) throw toIsconfError(thrown)
    }
    return { paths, isCut: sizeBytes > diffBytesMax }
  }
}
