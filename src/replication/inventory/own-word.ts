/**
 * When a host says something of itself to everybody: a state machine. What it
 * costs each host to hear all others must not grow with their number, so the
 * more there are the more rarely each speaks; but what everybody should know
 * is said at once.
 */
import type { OwnWords } from '../announcement.ts'

/** A changed word goes round at most so often for each host of the domain: every quarter of an hour with ten thousand. */
const changedMsPerHost = 90
const changedMsMin = 1_000
/** And one that only says that the host is still there: with ten thousand about every 17 hours. */
const unchangedMsPerHost = 6_000
const unchangedMsMin = 300_000
/** Urgent words of one host. */
const urgentMsMax = 10_000

/** A host from which nothing has come for so long, in a domain of so many, has missed its turn twice. */
export function unheardMs(hosts: number): number {
  return 3 * waitMs('unchanged', hosts)
}

/** `urgent` is for everybody at once, `changed` and `unchanged` travel when there is time. */
export type Occasion = 'urgent' | 'changed' | 'unchanged'

export class OwnWord {
  #said: { readonly text: string; readonly urgent: string; readonly atMs: number } | undefined

  /** Whether, in a domain of so many hosts, it is time to say `words`; the caller then says them. */
  next(words: OwnWords, addresses: readonly string[], nowMs: number, hosts: number): Occasion | undefined {
    const [text, urgent] = [textOf(words, addresses), urgentPart(words)]
    const occasion = occasionOf(this.#said, text, urgent)
    if (this.#said && nowMs - this.#said.atMs < waitMs(occasion, hosts)) return undefined
    this.#said = { text, urgent, atMs: nowMs }
    return occasion
  }

  /** Everybody has this of the host, said at that moment by an earlier daemon. */
  known(words: OwnWords, addresses: readonly string[], atMs: number): void {
    this.#said ??= { text: textOf(words, addresses), urgent: urgentPart(words), atMs }
  }

  /** What everybody has is not what was said: it is to be said again. */
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

function textOf({ host, at, boot, stopped, held, split }: OwnWords, addresses: readonly string[]): string {
  return JSON.stringify([host, at, boot, stopped, held, split, addresses])
}

/** What everybody should know at once when it changes; locks and messages name hosts. */
function urgentPart({ host, at, boot, stopped, split }: OwnWords): string {
  const failed = boot?.level === 'failed' ? boot.step : null
  return JSON.stringify([host, at?.deviations ?? [], failed, stopped ?? null, split ?? null])
}
