/**
 * The page of a host: HTTP for a browser on this host, or at the end of a tunnel. It reads only what anyone who may use
 * the control socket may read, and changes nothing.
 */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { systemClock } from '../base/clock.io.ts'
import { type Clock, isoTime, type Log, noSchemas, type Random } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { type SharesOptions, shareConnections } from '../base/share-connections.io.ts'
import type { WebPlace } from '../config/index.ts'
import type { Status } from '../control/index.ts'
import { daemonSide, type PageSide, type ReadingClient, setCookie } from '../page/index.ts'
import { streamEvents } from './event-stream.io.ts'
import { failureOf, htmlType, loggedOut, sendFailure, usedLink } from './failures.ts'
import { refusalOf, safeHeaders } from './guard.ts'
import { listen } from './listen.io.ts'
import type { Page } from './page.ts'
import { pages } from './pages/index.ts'
import { type Render, renderer } from './render.ts'
import { readPageFiles } from './templates.io.ts'

export interface WebOptions extends Pick<SharesOptions, 'callerOf'> {
  readonly place: WebPlace
  /** The daemon of this host, from which the page is read. */
  readonly client: ReadingClient
  readonly log: Log
  /** The machine's own when absent, as chance. */
  readonly clock?: Clock
  readonly random?: Random
}

export interface PagesServer {
  /** `http://127.0.0.1:PORT`, or the path of the socket. */
  readonly address: string
  close(): Promise<void>
}

export interface WebServer extends PagesServer {
  /** The path, after the address, that logs in whoever opens it: once, and within minutes. */
  newLink(): string
}

export interface PagesOptions extends Pick<WebOptions, 'place' | 'log'>, Pick<SharesOptions, 'owner' | 'callerOf'> {
  readonly side: PageSide
  readonly clock: Clock
}

/**
 * A browser has six connections, and those who look after a domain a few browsers, which at the end of a tunnel are
 * connections of their own users. A user who holds all that is theirs takes none of another's.
 */
const limits = { rootMax: 64, othersMax: 64, userMax: 16 }
const connectionsMax = limits.rootMax + limits.othersMax
/** A request has no body, and its head is there at once. */
const requestMs = 10_000
const keepAliveMs = 5_000
/** The longest part of a path: a name of a host, with every character escaped. */
const parameterLengthMax = 1_024

/** Serves the page of a daemon that this process may ask. WEB_ADDRESS when it can't be had. */
export async function serveWeb({
  client,
  clock = systemClock,
  random = systemRandom,
  ...options
}: WebOptions): Promise<WebServer> {
  const side = daemonSide({ client, clock, random })
  return { ...(await servePages({ ...options, side, clock })), newLink: side.newLink }
}

/** Serves the page to those who may look. WEB_ADDRESS when it can't be had. */
export async function servePages({ place, side, log, clock, ...shares }: PagesOptions): Promise<PagesServer> {
  const app = Fastify({
    schemaController: noSchemas,
    http: { headersTimeout: requestMs },
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: parameterLengthMax },
  })
  app.server.maxConnections = connectionsMax
  // A socket is its owner's alone.
  if ('port' in place) shareConnections(app.server, { what: 'the page', limits, clock, log, ...shares })
  const { templates, assets } = readPageFiles()
  const render = renderer(templates)
  addGuard(app)
  for (const [path, { type, text }] of Object.entries(assets))
    app.get(path, (_, reply) => reply.header('cache-control', 'max-age=60').type(type).send(text))
  addLogin(app, side, render, log)
  addEvents(app, side, render)
  for (const page of pages) addPage(app, page, { side, render, clock })
  app.setErrorHandler(async (thrown, { params, headers }, reply) => {
    const { session } = (params ?? {}) as { readonly session?: string }
    // Who looks on can go on; nobody else is told that there are pages.
    const isIn = session !== undefined && (await side.isIn(session, headers.cookie).catch(() => false))
    return sendFailure(reply, render, failureOf(thrown, log), isIn ? { session, links: linksOf(session) } : {})
  })
  app.setNotFoundHandler((_, reply) => sendFailure(reply, render, loggedOut))
  const address = await listen(app, place)
  return { address, close: () => app.close() }
}

/** Does not check who asks: what is refused here is refused to everybody. */
function addGuard(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, headers }, reply) => {
    reply.headers(safeHeaders)
    const refusal = refusalOf(method, headers)
    if (refusal) return reply.code(refusal.status).type('text/plain; charset=utf-8').send(`${refusal.text}\n`)
  })
}

function addLogin(app: FastifyInstance, side: PageSide, render: Render, log: Log): void {
  app.get<{ Params: { secret: string } }>('/login/:secret', async ({ params }, reply) => {
    const session = await side.open(params.secret)
    if (!session) return sendFailure(reply, render, usedLink)
    log.info({}, 'the page: somebody has logged in')
    return reply.header('set-cookie', setCookie(session)).redirect(`/${session.name}/`, 303)
  })
}

/** For the script of the pages. */
function addEvents(app: FastifyInstance, side: PageSide, render: Render): void {
  app.get<{ Params: { session: string } }>('/:session/events', async ({ params: { session }, headers }, reply) => {
    const mayLook = (): Promise<boolean> => side.isIn(session, headers.cookie)
    if (!(await mayLook())) return sendFailure(reply, render, loggedOut)
    streamEvents({ mayLook, listen: (listener) => side.listen(session, headers.cookie, listener) }, reply)
    return reply
  })
}

interface PageParts {
  readonly side: PageSide
  readonly render: Render
  readonly clock: Clock
}

type Parameters = Readonly<Record<string, string>>

function addPage(app: FastifyInstance, page: Page, parts: PageParts): void {
  app.get<{ Params: Parameters }>(`/:session/${page.path}`, async (request, reply) => {
    const { side, render, clock } = parts
    const { session = '', ...parameters } = request.params
    const { cookie } = request.headers
    if (!(await side.isIn(session, cookie))) return sendFailure(reply, render, loggedOut)
    const source = side.source(session, cookie)
    const href = hrefIn(session)
    const status = await source.status()
    const view = await page.view({ source, parameters, query: queryOf(request), href })
    const { fresh = null } = view
    const links = linksOf(session, page.section)
    const frame = { ...frameOf(status, clock), session, events: href('events'), fresh, links }
    return reply.type(htmlType).send(render(page.template, { view, frame }))
  })
}

/** A word that is given twice counts as absent. */
function queryOf({ query }: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(query as Readonly<Record<string, unknown>>)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function frameOf({ domain, host, release }: Status, clock: Clock) {
  return { domain: domain.name, host, release, time: isoTime(clock) }
}

/** The paths of a session's pages, from their parts; without parts, that of the first page. */
function hrefIn(session: string): (...words: readonly string[]) => string {
  return (...words) =>
    words.length === 0 ? `/${session}/` : `/${[session, ...words].map(encodeURIComponent).join('/')}`
}

/** The pages in the head of each. */
function linksOf(session: string, current?: Page['section']) {
  const href = hrefIn(session)
  const links = [
    { text: 'Fleet', href: href(), section: 'fleet' },
    { text: 'Journal', href: href('journal'), section: 'journal' },
    { text: 'Now', href: href('now'), section: 'now' },
  ]
  return links.map((link) => ({ ...link, isCurrent: link.section === current }))
}
