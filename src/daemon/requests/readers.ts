/** What the daemon answers to a GET: one function a request that only reads. None of them asks another host. */
import * as z from 'zod'
import type { HostDaemon } from '../host-daemon.ts'
import { parseBody } from './handler.ts'
import { branchesOf, hostsOf } from './reading-domain.ts'
import { historyOf, wipOf } from './reading-host.ts'
import { logOf, shown } from './reading-log.ts'
import { branchOr } from './requests-branch.ts'

export type Reader = (daemon: HostDaemon, query: unknown) => Promise<unknown>

/** How many entries are given when the caller does not say. */
const entriesDefault = 1_000

const limit = z
  .string()
  .regex(/^\d{1,9}$/, { error: ({ input }) => `not a whole number: ${input}` })
  .transform(Number)
  .default(entriesDefault)

const nothing = z.strictObject({})
const queries = {
  log: z.strictObject({
    limit,
    since: z.iso.datetime().optional(),
    host: z.string().max(256).optional(),
    branch: z.string().optional(),
  }),
  show: z.strictObject({ name: z.string().max(200) }),
  history: z.strictObject({ limit }),
}

/** By the last part of their path. */
export const readers: Readonly<Record<string, Reader>> = {
  log: (daemon, query) => {
    const { limit, since, host, branch } = parseBody(queries.log, query)
    const sinceMs = since === undefined ? undefined : Date.parse(since)
    return logOf(daemon, branchOr(daemon, branch), { limit, sinceMs, host })
  },
  show: (daemon, query) => shown(daemon, parseBody(queries.show, query).name),
  wip: async (daemon, query) => {
    parseBody(nothing, query)
    return wipOf(daemon)
  },
  history: (daemon, query) => historyOf(daemon, parseBody(queries.history, query).limit),
  branches: (daemon, query) => {
    parseBody(nothing, query)
    return branchesOf(daemon)
  },
  hosts: (daemon, query) => {
    parseBody(nothing, query)
    return hostsOf(daemon)
  },
}
