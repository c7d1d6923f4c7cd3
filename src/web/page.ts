/** What a page is: a value in a file of its own, in pages/. */
import { IsconfError } from '../base/index.ts'
import type { HostRow } from '../control/index.ts'
import type { PageSource } from '../page/index.ts'

export interface PageCall {
  readonly source: PageSource
  /** The variable parts of the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  /** The path of a page of this session, from its parts. */
  readonly href: (...parts: readonly string[]) => string
}

export interface PageView {
  readonly title: string
  /** Where the script finds what may have changed since, when the whole page is dear: its own address when absent. */
  readonly fresh?: string
  readonly [name: string]: unknown
}

export interface Page {
  /** Below the session's part of the path, as Fastify has it. */
  readonly path: string
  readonly template: string
  /** The link in the head of each page that it belongs to. */
  readonly section: 'fleet' | 'journal' | 'now'
  /** What the template shows. Fails as what it reads does. */
  readonly view: (call: PageCall) => Promise<PageView>
}

/** The host that is asked for by its id, or else by its name. NO_SUCH_HOST. */
export async function hostOf(source: PageSource, asked: string): Promise<HostRow> {
  const hosts = await source.hosts()
  const host = hosts.find(({ peerId }) => peerId === asked) ?? hosts.find(({ name }) => name === asked)
  if (!host) throw new IsconfError('NO_SUCH_HOST', `no host ${asked} is known here`)
  return host
}

/** In a query: only what may change is asked for. */
export const freshQuery = { fresh: 'only' } as const

/** A part of a list: its rows, and where the rows before and after it are. */
export interface Slice<Row> {
  readonly rows: readonly Row[]
  readonly number: number
  readonly before: number | undefined
  readonly behind: number | undefined
}

/** The rows of the page that a query names; the first page if that is no number. */
export function sliceOf<Row>(all: readonly Row[], page: string | undefined, rowsMax: number): Slice<Row> {
  const number = pageNumber(page)
  const from = (number - 1) * rowsMax
  const hasMore = all.length > from + rowsMax
  return {
    rows: all.slice(from, from + rowsMax),
    number,
    before: number > 1 ? number - 1 : undefined,
    behind: hasMore ? number + 1 : undefined,
  }
}

/** A page that a query names. */
export function pageNumber(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1
}

/** The query of a link; undefined values are left out. */
export function queryText(query: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`
}
