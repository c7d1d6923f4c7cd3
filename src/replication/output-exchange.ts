/** The output of an operation on another host, asked of that host by a member of its domain. */
import * as z from 'zod'
import { type Clock, IsconfError } from '../base/index.ts'
import { timeSchema } from '../journal/index.ts'
import { answer, ask, type PeerId, type Transport } from '../mesh/index.ts'

const protocol = '/isconf/output/1'
/** Twice 64 KiB, of which each byte may take six in JSON. */
const answerBytesMax = 1024 * 1024
const requestBytesMax = 1024
const concurrentPerPeerMax = 2
const answerMs = 10_000

const requestSchema = z.object({ operation: z.string().max(100).nullable() })
const count = z.int().nonnegative()
const answerSchema = z
  .object({
    operation: z.string().max(100),
    time: timeSchema,
    stdout: z.string(),
    stderr: z.string(),
    cutBytes: z.object({ stdout: count, stderr: count }),
  })
  .nullable()

type Output = NonNullable<z.infer<typeof answerSchema>>

/** What this host has kept. */
export interface OutputSource {
  /** The output of an operation by its whole name, or the newest; undefined if it is not kept. */
  named(operation: string | undefined): Promise<Output | undefined>
}

/** Answers peers from `source`. */
export function serveOutputs(transport: Transport, source: OutputSource): void {
  answer(transport, protocol, { requestBytesMax, concurrentPerPeerMax }, async (body) => {
    const request = requestSchema.safeParse(body)
    if (!request.success) throw new IsconfError('BAD_REQUEST', `${protocol}: ${z.prettifyError(request.error)}`)
    return (await source.named(request.data.operation ?? undefined)) ?? null
  })
}

/** Asks a connected peer; undefined if it has kept no output of the operation. Rejects if it does not answer. */
export async function askOutput(
  transport: Transport,
  peer: PeerId,
  operation: string | undefined,
  clock: Clock,
): Promise<Output | undefined> {
  const request = { operation: operation ?? null } satisfies z.infer<typeof requestSchema>
  const limits = { clock, timeoutMs: answerMs, answerBytesMax }
  return answerSchema.parse(await ask(transport, peer, protocol, request, limits)) ?? undefined
}
