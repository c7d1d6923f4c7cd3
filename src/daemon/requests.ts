/** What the daemon does for the command line: one function a verb that changes something. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { IsconfError, isoTime } from '../base/index.ts'
import type { Lock } from '../branch/index.ts'
import type {
  CheckInAnswer,
  ExecBody,
  LockAnswer,
  LockBody,
  RebootAnswer,
  ResolveAnswer,
  ResolveBody,
  UpBody,
} from '../control/index.ts'
import { describeOperation } from '../journal/index.ts'
import { breakLock, checkIn, exec, reboot, takeLock } from '../origin/index.ts'
import { blobOf } from '../replay/index.ts'
import { bringUp, upLimits } from './bring-up.ts'
import { type Handler, outputTo, parseBody, userSchema as user } from './handler.ts'
import type { HostDaemon } from './host-daemon.ts'
import { logged } from './logged.ts'
import { snapHandler } from './requests-snap.ts'
import { linesOfSplit } from './status.ts'

const cwd = z.string().refine(isAbsolute)

const bodies = {
  caller: z.strictObject({ user }),
  lock: z.strictObject({ user, message: z.string() }) satisfies z.ZodType<LockBody>,
  exec: z.strictObject({
    user,
    cwd,
    argv: z.array(z.string()).min(1),
    env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(),
  }) satisfies z.ZodType<ExecBody>,
  up: z.strictObject({ user, ...upLimits }) satisfies z.ZodType<UpBody>,
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
    const request = parseBody(bodies.exec, body)
    const { argv, cwd, env = {} } = request
    const text = describeOperation({ type: 'exec', argv, cwd, env })
    await logged(daemon, text, () => exec(daemon.origin(), request, outputTo(tell), signal))
    return null
  },
  reboot: async (daemon, body, { tell, signal }): Promise<RebootAnswer> => {
    const { user } = parseBody(bodies.caller, body)
    await logged(daemon, 'reboot', () => reboot(daemon.origin(), user, outputTo(tell), signal))
    return { operations: daemon.work.operations.length }
  },
  ci: (daemon, body) => checkInAndTell(daemon, parseBody(bodies.caller, body).user),
  up: (daemon, body, context) => bringUp(daemon, parseBody(bodies.up, body), context),
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
