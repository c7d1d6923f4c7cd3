/** A rehearsal on another host: one question, and reports while it goes on, on a stream of its own. */
import * as z from 'zod'
import { type Cancel, type Clock, IsconfError } from '../base/index.ts'
import {
  asWritten,
  branchNameSchema,
  changesetIdSchema,
  lineBytesMax,
  recordedOperationSchema,
} from '../journal/index.ts'
import { openAsking, type PeerId, StreamReader, type Transport } from '../mesh/index.ts'

export const rehearseProtocol = '/isconf/rehearse/1'
/** Work fits into one line of a journal; as JSON within JSON it is a little longer. */
export const rehearsalRequestBytesMax = 2 * lineBytesMax
/** Room for the verdicts on as many operations. */
const eventBytesMax = 2 * lineBytesMax
export const remarkLengthMax = 4_096
/** The asked host gives a sign of life every few seconds. */
const silenceMsMax = 60_000

export const workToRehearseSchema = z.object({
  branch: branchNameSchema,
  /** The changeset that the work comes after. */
  base: changesetIdSchema,
  /** The lock under which it was done. */
  lock: z.string().regex(/^[0-9a-f]{32}$/),
  /** Whether commands are to see the asked host's network. */
  net: z.boolean(),
  operations: z.array(recordedOperationSchema).min(1),
})

/** The work in progress of the host that asks. */
export type WorkToRehearse = z.infer<typeof workToRehearseSchema>

const verdictSchema = z.object({
  number: z.int().positive(),
  verdict: z.enum(['passes', 'fails', 'fails again', 'not judged', 'not reached']),
  status: z.int().nullable(),
  why: z.string().nullable(),
})

/** What the asked host says about one operation. */
export type PeerVerdict = z.infer<typeof verdictSchema>

const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('alive') }),
  z.object({ event: z.literal('begun'), index: z.int().nonnegative() }),
  z.object({ event: z.literal('remark'), text: z.string().max(remarkLengthMax) }),
  z.object({ event: z.literal('output'), stream: z.enum(['stdout', 'stderr']), bytes: z.base64() }),
  z.object({ event: z.literal('done'), verdicts: z.array(verdictSchema) }),
  z.object({ event: z.literal('failed'), message: z.string(), hint: z.string().optional() }),
])

export type RehearsalEvent = z.infer<typeof eventSchema>

/** Hears how a rehearsal goes on. If it returns a promise, the rehearsal waits until that resolves. */
export interface RehearsalHearer {
  begun(index: number): void
  remark(text: string): void
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> | undefined
}

export interface RehearsalQuestion {
  /** The name of the asked host, for messages. */
  readonly host: string
  readonly clock: Clock
  readonly hearer: RehearsalHearer
  readonly signal: AbortSignal
}

/**
 * Has a connected peer rehearse work. Returns its verdicts, as it gave them. REHEARSAL_REFUSED, with the reason, if the
 * peer refuses, is lost, falls silent, or is of a release without rehearsals; the signal's reason.
 */
export async function askRehearsal(
  transport: Transport,
  peer: PeerId,
  work: WorkToRehearse,
  { host, clock, hearer, signal }: RehearsalQuestion,
): Promise<readonly PeerVerdict[]> {
  const question = { ...work, operations: work.operations.map(asWritten) }
  const { stream } = await openAsking(transport, peer, rehearseProtocol, question, signal).catch((error: Error) => {
    signal.throwIfAborted()
    throw refused(host, `it can't be asked: ${error.message}`)
  })
  const end = (): void => stream.abort(signal.reason as Error)
  signal.addEventListener('abort', end, { once: true })
  let cancel: Cancel = () => undefined
  const listen = (): void => {
    cancel()
    cancel = clock.after(silenceMsMax, () => stream.abort(new Error(`it said nothing for ${silenceMsMax / 1000} s`)))
  }
  try {
    listen()
    const reader = new StreamReader(stream.incoming)
    for (;;) {
      const bytes = await reader.frame(eventBytesMax)
      if (bytes === undefined) throw new Error('it ended without an answer')
      listen()
      const event = eventSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
      if (event.event === 'done') return event.verdicts
      if (event.event === 'failed') throw refused(host, event.message, event.hint)
      await hear(event, hearer)
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof IsconfError ? error : refused(host, (error as Error).message)
  } finally {
    cancel()
    signal.removeEventListener('abort', end)
    stream.abort(new Error('nothing more is waited for'))
  }
}

function refused(host: string, why: string, hint?: string): IsconfError {
  return new IsconfError(
    'REHEARSAL_REFUSED',
    `nothing was rehearsed on ${host}: ${why}`,
    hint === undefined ? {} : { hint },
  )
}

async function hear(
  event: Exclude<RehearsalEvent, { event: 'done' | 'failed' }>,
  hearer: RehearsalHearer,
): Promise<void> {
  if (event.event === 'begun') hearer.begun(event.index)
  else if (event.event === 'remark') hearer.remark(event.text)
  else if (event.event === 'output') await hearer.output(event.stream, Buffer.from(event.bytes, 'base64'))
}
