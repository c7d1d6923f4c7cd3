/** What the daemon does for the command line: one function a verb that changes something. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { IsconfError, isoTime } from '../base/index.ts'
import { type Lock, operationsDone } from '../branch/index.ts'
import type {
  CheckInAnswer,
  ExecBody,
  LockAnswer,
  LockBody,
  ResolveAnswer,
  ResolveBody,
  UpAnswer,
} from '../control/index.ts'
import { breakLock, checkIn, exec, takeLock } from '../origin/index.ts'
import { blobOf, up } from '../replay/index.ts'
import { type Handler, outputTo, parseBody, type RequestContext, userSchema as user } from './handler.ts'
import type { HostDaemon } from './host-daemon.ts'
import { snapHandler } from './requests-snap.ts'
import { linesOfSplit } from './status.ts'

const cwd = z.string().refine(isAbsolute)

const bodies = {
  caller: z.strictObject({ user }),
  lock: z.strictObject({ user, message: z.string() }) satisfies z.ZodType<LockBody>,
  exec: z.strictObject({ user, cwd, argv: z.array(z.string()).min(1) }) satisfies z.ZodType<ExecBody>,
  resolve: z.strictObject({ user, keep: z.string().regex(/^[0-9a-f]{4,64}$/) }) satisfies z.ZodType<ResolveBody>,
}

/** The verbs that change something, by the last part of their path. */
export const handlers: Readonly<Record<string, Handler>> = {
  lock: async (daemon, body): Promise<LockAnswer> => {
    const { user, message } = parseBody(bodies.lock, body)
    const lock = await takeLock(daemon.origin(), user, message)
    await daemon.replicator.announce(daemon.branch)
    return toLockAnswer(daemon, lock)
  },
  unlock: async (daemon, body): Promise<LockAnswer> => {
    const { user } = parseBody(bodies.caller, body)
    const lock = await breakLock(daemon.origin(), user)
    await daemon.replicator.announce(daemon.branch)
    return toLockAnswer(daemon, lock)
  },
  snap: snapHandler,
  exec: async (daemon, body, { tell, signal }): Promise<null> => {
    await exec(daemon.origin(), parseBody(bodies.exec, body), outputTo(tell), signal)
    return null
  },
  ci: (daemon, body) => checkInAndTell(daemon, parseBody(bodies.caller, body).user),
  up: (daemon, body, context) => {
    parseBody(bodies.caller, body)
    return bringUp(daemon, context)
  },
  resolve: (daemon, body) => resolveSplit(daemon, parseBody(bodies.resolve, body)),
}

async function checkInAndTell(daemon: HostDaemon, user: string): Promise<CheckInAnswer> {
  const { branch, replicator, blobs } = daemon
  const signed = await checkIn(daemon.origin(), user)
  const others = await replicator.announce(branch)
  if (!signed) return { branch: branch.name, id: null, operations: 0, journalHosts: 1 + others, fileHosts: 1 + others }
  const { operations } = signed.changeset
  const hasFiles = operations.some(blobOf)
  const fileHosts = 1 + (hasFiles ? await blobs.hostsWith(branch, signed.id) : others)
  return { branch: branch.name, id: signed.id, operations: operations.length, journalHosts: 1 + others, fileHosts }
}

async function bringUp(daemon: HostDaemon, { tell, signal }: RequestContext): Promise<UpAnswer> {
  const { branch, history, work, world, blobs, replicator } = daemon
  if (work.operations.length > 0) {
    const count = work.operations.length === 1 ? '1 operation' : `${work.operations.length} operations`
    throw new IsconfError('UNCHECKED_WORK', `${work.header?.author} has ${count} here that are not checked in`)
  }
  await replicator.exchangeAll()
  const done = await up(
    { ...world, branch, history, fetchBlob: (ref, until) => blobs.fetch(ref, until) },
    {
      operation: (name, text, number, total) =>
        void tell({ event: 'progress', text: `${number}/${total} ${name} ${text}` }),
      waiting: (_, ref) =>
        void tell({ event: 'progress', text: `fetching ${ref.sizeBytes} bytes from the other hosts` }),
      newer: (_, by) => void tell({ event: 'progress', text: `installing the newest version, ${by}` }),
      installing: (path, done, total) =>
        void tell({ event: 'progress', text: `wrote ${done} of ${total} bytes of ${path}` }),
      remark: (text) => void tell({ event: 'remark', text }),
      output: outputTo(tell),
    },
    signal,
  )
  return { branch: branch.name, done, position: await operationsDone(branch, history.standing.done) }
}

async function resolveSplit(daemon: HostDaemon, { user, keep }: ResolveBody): Promise<ResolveAnswer> {
  const { branch, resolutions, replicator, identity, world } = daemon
  const lines = await linesOfSplit(branch)
  if (lines.length === 0) throw new IsconfError('NO_SUCH_LINE', `branch ${branch.name} is not split`)
  const chosen = lines.find(({ first, head }) => first.startsWith(keep) || head.startsWith(keep))
  if (!chosen) throw new IsconfError('NO_SUCH_LINE', `no line of branch ${branch.name} has a changeset ${keep}`)
  const made = { branch: branch.name, by: `${user}@${identity.host}`, time: isoTime(world.clock) }
  const aside = await resolutions.add(branch.forksOf(chosen.head).map((fork) => ({ ...made, ...fork })))
  await daemon.afterResolution()
  await replicator.announce(branch)
  return { branch: branch.name, kept: chosen.head, aside: aside.join(', ') }
}

function toLockAnswer({ branch }: HostDaemon, { user, host, message, since }: Lock): LockAnswer {
  return { branch: branch.name, user, host, message, since }
}
