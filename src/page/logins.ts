/**
 * Who may read the page: whoever has opened a link that was printed for somebody who may use the control socket. A link
 * holds once and for minutes; it makes a session, which is a secret in a cookie and a part of the address.
 *
 * Cookies know no ports: the browser would send one of 127.0.0.1 to whatever else listens on it, also to a program of
 * another user of this host. The cookie is therefore for one path, which only this session has, and nobody can guess.
 */
import type { Clock, Random } from '../base/index.ts'

/** A link is opened at once, or by somebody who has found it lying about. */
const linkMsMax = 10 * 60_000
/** A working day; whoever looks longer logs in again. */
const sessionMsMax = 12 * 3_600_000
/** How many of each there may be: more than those who look after a domain have browsers. */
const countMax = 64
const secretBytes = 32

export const cookieName = 'isconf-page'

export interface Session {
  /** The first part of the path of all its pages. */
  readonly name: string
  readonly cookie: string
}

export class Logins {
  readonly #clock: Clock
  readonly #random: Random
  /** When each link was made, by its secret, the oldest first. */
  readonly #links = new Map<string, number>()
  readonly #sessions = new Map<string, Session & { readonly sinceMs: number }>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** The secret of a new link. */
  newLink(): string {
    const secret = this.#secret()
    this.#links.set(secret, this.#clock.monotonicMs())
    dropOldest(this.#links)
    return secret
  }

  /** The session that a link opens, once; undefined if it was used, is too old, or is no link. */
  open(secret: string): Session | undefined {
    const sinceMs = this.#links.get(secret)
    this.#links.delete(secret)
    const nowMs = this.#clock.monotonicMs()
    if (sinceMs === undefined || nowMs - sinceMs > linkMsMax) return undefined
    const session = { name: this.#secret(), cookie: this.#secret(), sinceMs: nowMs }
    this.#sessions.set(session.name, session)
    dropOldest(this.#sessions)
    return session
  }

  /** Whether a request belongs to the session that its path names. `cookies` is the header. */
  isIn(name: string, cookies: string | undefined): boolean {
    const session = this.#sessions.get(name)
    if (!session || cookies === undefined) return false
    if (this.#clock.monotonicMs() - session.sinceMs > sessionMsMax) {
      this.#sessions.delete(name)
      return false
    }
    return cookies.split(';').some((one) => one.trim() === `${cookieName}=${session.cookie}`)
  }

  #secret(): string {
    return Buffer.from(this.#random.bytes(secretBytes)).toString('base64url')
  }
}

/** The cookie for a browser to send back: only to this host, never for another site's page, and never to a script. */
export function setCookie({ name, cookie }: Session): string {
  return `${cookieName}=${cookie}; Path=/${name}/; HttpOnly; SameSite=Strict; Max-Age=${sessionMsMax / 1_000}`
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (map.size > countMax && oldest !== undefined) map.delete(oldest)
}
