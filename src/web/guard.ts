/**
 * Which requests the page answers at all, before it checks who sends them. A page of some other site runs in the same
 * browser: it may send requests here, using a name of its own that it has pointed at 127.0.0.1.
 */

/** The headers of a request, by their names in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Refusal {
  readonly status: number
  readonly text: string
}

/** Why a request is refused; undefined if it may be answered. */
export function refusalOf(method: string, headers: Headers): Refusal | undefined {
  if (method !== 'GET') return { status: 405, text: `no ${method} here, only GET` }
  const host = headers['host']
  if (typeof host !== 'string' || !loopbackNames.test(host))
    return { status: 421, text: 'this page answers only to http://127.0.0.1 and http://localhost' }
  const { origin, 'sec-fetch-site': site = 'none' } = headers
  const isOwn = origin === undefined || origin === `http://${host}`
  if (isOwn && (site === 'same-origin' || site === 'none')) return undefined
  return { status: 403, text: 'a page of another site asked for this; to have it yourself, type its address' }
}

/** Nobody else can point these names here. Behind a tunnel, the port is another one. */
const loopbackNames = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i

/** Sent with every answer. Nothing is loaded from elsewhere, and no script within a page runs. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
}
