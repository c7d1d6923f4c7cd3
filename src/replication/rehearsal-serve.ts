/** Answers hosts that ask for a rehearsal: limited in time, and ended when the asking host is gone. */
import * as z from 'zod'
import { type Cancel, type Clock, endIfBroken, IsconfError, toIsconfError, within } from '../base/index.ts'
import { type PeerId, type PeerStream, StreamReader, type Transport, writeFrame } from '../mesh/index.ts'
import {
  type PeerVerdict,
  type RehearsalEvent,
  type RehearsalHearer,
  rehearsalRequestBytesMax,
  rehearseProtocol,
  remarkLengthMax,
  type WorkToRehearse,
  workToRehearseSchema,
} from './rehearsal-exchange.ts'

/** How long fetching the files and doing the operations may take: the asked host does nothing else meanwhile. */
const rehearsalMsMax = 15 * 60_000
/** How often the asked host says that it is still there. */
const aliveEveryMs = 5_000
/** Nobody waits longer than this for an asker that does not read. */
const lastMsMax = 10_000

/** The host that asks: aborted when it is gone, or when the time is up. */
export interface RehearsalAsker extends RehearsalHearer {
  readonly peer: PeerId
  readonly signal: AbortSignal
}

type Rehearse = (work: WorkToRehearse, asker: RehearsalAsker) => Promise<readonly PeerVerdict[]>

/** Answers peers with what `rehearse` resolves to, or why it rejects. Each peer may have one rehearsal at a time. */
export function serveRehearsals(transport: Transport, clock: Clock, rehearse: Rehearse): void {
  const asking = new Set<PeerId>()
  transport.handle(rehearseProtocol, async (stream) => {
    const { peer } = stream
    const teller = new Teller(stream, clock)
    if (asking.has(peer)) return teller.end({ event: 'failed', message: 'it rehearses for this host already' })
    asking.add(peer)
    try {
      await teller.end(await answerTo(stream, teller, clock, rehearse))
    } finally {
      asking.delete(peer)
    }
  })
}

async function answerTo(stream: PeerStream, teller: Teller, clock: Clock, rehearse: Rehearse): Promise<RehearsalEvent> {
  const stopping = new AbortController()
  const stop = (why: string): void => stopping.abort(new IsconfError('INTERRUPTED', why))
  const cancel = clock.after(rehearsalMsMax, () => stop(`it took longer than ${rehearsalMsMax / 60_000} minutes`))
  try {
    const reader = new StreamReader(stream.incoming)
    const text = Buffer.from((await reader.frame(rehearsalRequestBytesMax)) ?? []).toString('utf8')
    const work = workToRehearseSchema.parse(JSON.parse(text))
    // Nothing more comes from the asker but its end.
    const gone = (): void => stop('the host that asked for it is gone')
    reader.some(1).then(gone, gone)
    const verdicts = await rehearse(work, { peer: stream.peer, signal: stopping.signal, ...teller.hearer })
    return { event: 'done', verdicts: [...verdicts] }
  } catch (thrown) {
    endIfBroken(thrown)
    if (thrown instanceof SyntaxError || thrown instanceof z.ZodError)
      return { event: 'failed', message: 'it does not understand the question' }
    const { message, hint } = toIsconfError(thrown)
    return { event: 'failed', message, hint }
  } finally {
    cancel()
  }
}

/** The stream of the asked host: events one after the other, and a sign of life in between. */
class Teller {
  readonly #stream: PeerStream
  readonly #clock: Clock
  #last: Promise<void> = Promise.resolve()
  #waiting = 0
  #cancel: Cancel

  constructor(stream: PeerStream, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    this.#cancel = this.#aliveLater()
  }

  readonly hearer: RehearsalHearer = {
    begun: (index) => void this.#tell({ event: 'begun', index }),
    remark: (text) => void this.#tell({ event: 'remark', text: text.slice(0, remarkLengthMax) }),
    output: (stream, bytes) => this.#tell({ event: 'output', stream, bytes: Buffer.from(bytes).toString('base64') }),
  }

  /** Tells the last event, and closes the stream. */
  async end(event: RehearsalEvent): Promise<void> {
    this.#cancel()
    await within(this.#clock, lastMsMax, this.#tell(event), () => {
      throw new Error(`${this.#stream.peer} does not read`)
    })
    await this.#stream.closeWrite()
  }

  /** If the asker is gone, nobody hears this; the rehearsal is ended elsewhere. */
  #tell(event: RehearsalEvent): Promise<void> {
    this.#waiting += 1
    this.#last = this.#last
      .then(() => writeFrame(this.#stream, Buffer.from(JSON.stringify(event))))
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1
      })
    return this.#last
  }

  #aliveLater(): Cancel {
    return this.#clock.after(aliveEveryMs, () => {
      if (this.#waiting === 0) void this.#tell({ event: 'alive' })
      this.#cancel = this.#aliveLater()
    })
  }
}
