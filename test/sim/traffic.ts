/** What simulated hosts send, by kind of message, as if it went over TLS, TCP and IP. */

/** What hosts send to each other while nothing changes, and after changes. */
export type Kind =
  | 'digests and own words'
  | 'records: what is new'
  | 'records: comparisons'
  | 'records'
  | 'news'
  | 'other questions'
  | 'keep-alives'
  | 'meetings'

/**
 * What TLS, HTTP/2, TCP and IP add to a question or to its answer: frames, headers, and the packets that acknowledge
 * them.
 */
export const messageBytes = 270
/** A ping or its answer, on both TLS connections that a link has. */
export const pingBytes = 210
/** What each of two hosts sends for a link: both TLS connections with their certificates, admission, and its end. */
export const meetingBytes = 7_100

const kindByProtocol: Readonly<Record<string, Kind>> = {
  '/isconf/summary/1': 'digests and own words',
  '/isconf/news/1': 'news',
  '/isconf/hosts/1 news': 'records: what is new',
  '/isconf/hosts/1 all': 'records: comparisons',
  '/isconf/hosts/1 swap': 'records',
}

export class Traffic {
  readonly #bytesByKind = new Map<Kind, number>()

  /** Of a kind that costs the same each time. */
  sent(kind: Kind, bytes: number): void {
    this.#bytesByKind.set(kind, (this.#bytesByKind.get(kind) ?? 0) + bytes)
  }

  bytesByKind(): ReadonlyMap<Kind, number> {
    return this.#bytesByKind
  }
}

/** The kind of a question and its answer; `question` is how it begins. */
export function kindOf(protocol: string, question: string): Kind {
  const type = /"type":"(\w+)"/.exec(question)?.[1]
  return kindByProtocol[type === undefined ? protocol : `${protocol} ${type}`] ?? 'other questions'
}
