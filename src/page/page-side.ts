/**
 * What the server of the page has of the daemon: who may look, and what is shown. The server may be in another process,
 * which then asks over a channel: whoever is in there learns what sessions may see, and nothing where there is none.
 */
import type { Cancel, Clock, Random } from '../base/index.ts'
import { Feed, type FeedListener } from './feed.ts'
import { Logins, type Session } from './logins.ts'
import { type ReadingClient, Source } from './source.ts'

/** What pages are read from. */
export type PageSource = Pick<Source, keyof Source>

export interface PageSide {
  /** The session that a link opens, once; undefined if it was used, is too old, or is no link. */
  open(secret: string): Promise<Session | undefined>
  /** Whether a request belongs to the session that its path names. `cookies` is the header. */
  isIn(session: string, cookies: string | undefined): Promise<boolean>
  /** What a session reads that is in. */
  source(session: string, cookies: string | undefined): PageSource
  /** Hears what happens, by its type, for a session that is in. */
  listen(session: string, cookies: string | undefined, listener: FeedListener): Cancel
}

interface DaemonSideOptions {
  /** The daemon of this host, from which the page is read. */
  readonly client: ReadingClient
  readonly clock: Clock
  readonly random: Random
}

/** The daemon's side itself, with the links that it gives out. */
export function daemonSide({ client, clock, random }: DaemonSideOptions): PageSide & { newLink(): string } {
  const logins = new Logins(clock, random)
  const source = new Source(client)
  const feed = new Feed(client, clock)
  return {
    newLink: () => `/login/${logins.newLink()}`,
    open: async (secret) => logins.open(secret),
    isIn: async (session, cookies) => logins.isIn(session, cookies),
    source: () => source,
    listen: (_session, _cookies, listener) => feed.add(listener),
  }
}
