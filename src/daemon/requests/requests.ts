/** What the daemon does for the command line: one function a verb that changes something. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import type { Lock } from '../../branch/index.ts'
import type { CheckInAnswer, ExecBody, LockAnswer, LockBody, RebootAnswer, UpBody } from '../../control/index.ts'
import { blobOf, describeOperation } from '../../journal/index.ts'
import { breakLock, checkIn, exec, reboot, takeLock } from '../../origin/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { logged } from '../logging/logged-work.ts'
import { bringUp, upLimits } from './bring-up.ts'
import { cat } from './cat.ts'
import { type Handler, outputTo, parseBody, userSchema as user } from './handler.ts'
import { bankGet, bankHandlers } from './requests-bank.ts'
import { branchHandlers } from './requests-branch.ts'
import { snapHandler } from './requests-snap.ts'
import { blob, tree } from './tree.ts'

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
  ...branchHandlers,
  ...bankHandlers,
}

/** The requests that only read and whose answer is a stream. */
export const streamed: Readonly<Record<string, Handler>> = { cat, 'bank-get': bankGet, tree, blob }

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

function toLockAnswer({ branch }: HostDaemon, { user, host, message, since }: Lock): LockAnswer {
  return { branch: branch.name, user, host, message, since }
}
