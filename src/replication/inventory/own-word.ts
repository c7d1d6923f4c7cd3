/**
 * When a host says something of itself to everybody: a state machine. What it
 * costs each host to hear all others must not grow with their number, so the
 * more there are the more rarely each speaks; but what everybody should know
 * is said at once.
 */
import type { OwnWords } from '../announcement.ts'
import type { HostRecord } from './host-record.ts'

/**
 * A changed word goes round at most this often for each host of the domain: with ten thousand hosts, every quarter of
 * an hour.
 */
const changedMsPerHost = 90
const changedMsMin = 1_000
/** The same for a word that only says that the host is still there: with ten thousand hosts, about every 17 hours. */
const unchangedMsPerHost = 6_000
const unchangedMsMin = 300_000
/** How often one host may say something urgent. */
const urgentMsMax = 10_000

/** In a domain of this size, a host that has been silent for this long has missed its turn twice. */
export function unheardMs(hosts: number): number {
  return 3 * waitMs('unchanged', hosts)
}

/** `urgent` is for everybody at once, `changed` and `unchanged` travel when there is time. */
export type Occasion = 'urgent' | 'changed' | 'unchanged'

export class OwnWord {
  #said: { readonly text: string; readonly urgent: string; readonly atMs: number } | undefined

  /** Whether it is time to say `words`, in a domain of this size; the caller then says them. */
  next(words: OwnWords, addresses: readonly string[], nowMs: number, hosts: number): Occasion | undefined {
    const [text, urgent] = [textOf(words, addresses), urgentPart(words)]
    const occasion = occasionOf(this.#said, text, urgent)
    if (this.#said && nowMs - this.#said.atMs < waitMs(occasion, hosts)) return undefined
    this.#said = { text, urgent, atMs: nowMs }
    return occasion
  }

  /** Everybody knows this about the host: an earlier daemon said it at that moment. */
  known(words: OwnWords, addresses: readonly string[], atMs: number): void {
    this.#said ??= { text: textOf(words, addresses), urgent: urgentPart(words), atMs }
  }

  /** What everybody has is not what was said, so it must be said again. */
  unsay(): void {
    this.#said = undefined
  }
}

function occasionOf(said: { text: string; urgent: string } | undefined, text: string, urgent: string): Occasion {
  if (said && said.urgent !== urgent) return 'urgent'
  return said?.text === text ? 'unchanged' : 'changed'
}

function waitMs(occasion: Occasion, hosts: number): number {
  const changed = Math.max(changedMsMin, hosts * changedMsPerHost)
  if (occasion === 'urgent') return Math.min(urgentMsMax, changed)
  return occasion === 'changed' ? changed : Math.max(unchangedMsMin, hosts * unchangedMsPerHost)
}

/** Whether a host says something else of itself than before. */
export function saysOther(record: HostRecord, before: HostRecord | undefined): boolean {
  return before === undefined || textOf(record, record.addresses) !== textOf(before, before.addresses)
}

function textOf({ host, at, boot, stopped, held, split }: OwnWords, addresses: readonly string[]): string {
  return JSON.stringify([host, at, boot, stopped, held, split, addresses])
}

/** What everybody should know at once when it changes, without locks and messages, which name hosts. */
function urgentPart({ host, at, boot, stopped, split }: OwnWords): string {
  const failed = boot?.level === 'failed' ? boot.step : null
  return JSON.stringify([host, at?.deviations ?? [], failed, stopped ?? null, split ?? null])
}
