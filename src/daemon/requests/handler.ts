/** What the functions behind the control socket share. */
import * as z from 'zod'
import { IsconfError } from '../../base/index.ts'
import type { ControlEvent } from '../../control/index.ts'
import type { OutputStream } from '../../machine/index.ts'
import type { HostDaemon } from '../host-daemon.ts'

/** Where a request's events go; a promise slows the request down until it resolves. */
export type Tell = (event: ControlEvent) => Promise<void> | undefined

/** What comes with a request besides its body. */
export interface RequestContext {
  readonly tell: Tell
  readonly signal: AbortSignal
}

/** Does a verb: takes the body as it came, gives the result. BAD_REQUEST and the failures of the verb. */
export type Handler = (daemon: HostDaemon, body: unknown, context: RequestContext) => Promise<unknown>

/** Who asks, as a member of every body. */
export const userSchema = z.string().min(1).max(256)

/** A request's body, checked; BAD_REQUEST names the member that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' }
  const what = `${message.charAt(0).toLowerCase()}${message.slice(1)}`
  throw new IsconfError(
    'BAD_REQUEST',
    ['not a valid request', ...(path.length > 0 ? [path.join('.')] : []), what].join(': '),
  )
}

/** A listener that tells what a command writes. */
export function outputTo(tell: Tell) {
  return (stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined =>
    tell({ event: 'output', stream, bytes: Buffer.from(bytes).toString('base64') })
}
