/** What the page asks the daemon when it is served by the network process: for what a session may see, and nothing else. */
import * as z from 'zod/mini'
import type { PageSource } from '../../page/index.ts'

/** Of a name that somebody types or a page links to; the longest is that of a host. */
const word = z.string().check(z.maxLength(1_100))
/** Secrets have 43 letters. */
const secret = z.string().check(z.maxLength(100))
/** As many as the last page of a list needs. */
const limit = z.int().check(z.minimum(0), z.maximum(1_000_000))

/** A session, by its part of the path and the header with cookies, which is longer than one of ours only if others are in it. */
const who = { session: secret, cookies: z.optional(z.string().check(z.maxLength(8_192))) }

const readSchema = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['status', 'hosts', 'branches', 'work']) }),
  z.object({ what: z.literal('log'), branch: z.optional(word), limit }),
  z.object({ what: z.literal('show'), name: word }),
  z.object({ what: z.literal('history'), limit }),
  z.object({ what: z.literal('output'), host: word, operation: z.optional(word) }),
  z.object({ what: z.literal('differences'), from: word, to: word }),
])

export type PageRead = z.infer<typeof readSchema>

export const pageQuestions = [
  z.object({ about: z.literal('login'), secret }),
  z.object({ about: z.literal('session'), ...who }),
  z.object({ about: z.literal('page'), ...who, read: readSchema }),
  /** What happens, by its type, a line each, until the stream is aborted. */
  z.object({ about: z.literal('events'), ...who }),
] as const

/** Reads what is asked for. */
export function readFrom(source: PageSource, read: PageRead): Promise<unknown> {
  switch (read.what) {
    case 'log':
      return source.log(read.branch, read.limit)
    case 'show':
      return source.show(read.name)
    case 'history':
      return source.history(read.limit)
    case 'output':
      return source.output(read.host, read.operation)
    case 'differences':
      return source.differences(read.from, read.to)
    default:
      return source[read.what]()
  }
}

/** The same interface at the other end, where `ask` has it read there. */
export function sourceThere(ask: (read: PageRead) => Promise<unknown>): PageSource {
  const asked = (read: PageRead) => ask(read) as Promise<never>
  return {
    status: () => asked({ what: 'status' }),
    hosts: () => asked({ what: 'hosts' }),
    branches: () => asked({ what: 'branches' }),
    work: () => asked({ what: 'work' }),
    log: (branch, limit) => asked({ what: 'log', branch, limit }),
    show: (name) => asked({ what: 'show', name }),
    history: (limit) => asked({ what: 'history', limit }),
    output: (host, operation) => asked({ what: 'output', host, operation }),
    differences: (from, to) => asked({ what: 'differences', from, to }),
  }
}
