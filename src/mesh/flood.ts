/**
 * What a host publishes goes to its peers, and from each to all of theirs, once: every message is signed by who said it
 * first and has an id, and who has seen the id passes it on no more. Best effort, as a transport promises: nothing is
 * sent twice, and a peer that takes nothing is left out while its place is full.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import * as z from 'zod'
import type { Clock, Log, Random } from '../base/index.ts'
import { StreamReader, writeFrame } from './frames.ts'
import { publicKeyOf } from './peer-id.ts'
import type { PeerId, PeerStream, Transport } from './transport.ts'

/** One published message; announcements are far smaller. */
const publishBytesMax = 256 * 1024
const headBytesMax = 1024
/** Ids that are remembered: more messages than are on their way through a domain at once. */
const seenMax = 4096
/** Messages on their way to one peer; further ones are left out for it. */
const underWayMax = 16
/** How long a peer may take for one. */
const sendMsMax = 10_000
const idBytes = 16

export interface FloodDeps {
  readonly transport: Pick<Transport, 'self' | 'peers' | 'openStream' | 'handle'>
  readonly hostKey: KeyObject
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

type Hear = (message: Uint8Array, from: PeerId) => void

const floodProtocol = '/isconf/publish/1'
const headSchema = z.strictObject({
  topic: z.string().max(200),
  from: z.string().max(64),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  signature: z.string().max(100),
})
type Head = z.infer<typeof headSchema>

interface Published {
  readonly head: Head
  readonly message: Uint8Array
}

export class Flood {
  readonly #deps: FloodDeps
  readonly #hearByTopic = new Map<string, Hear>()
  readonly #seen = new Set<string>()
  readonly #underWayByPeer = new Map<PeerId, number>()

  constructor(deps: FloodDeps) {
    this.#deps = deps
    deps.transport.handle(floodProtocol, (stream) => this.#receive(stream))
  }

  /** Tells every peer, and through them every host that they reach. */
  publish(topic: string, message: Uint8Array): void {
    const { transport, hostKey, random } = this.#deps
    const facts = { topic, from: transport.self, id: Buffer.from(random.bytes(idBytes)).toString('hex') }
    const signature = sign(null, signed(facts, message), hostKey).toString('base64')
    this.#remember(facts.id)
    this.#pass({ head: { ...facts, signature }, message }, undefined)
  }

  subscribe(topic: string, hear: Hear): void {
    this.#hearByTopic.set(topic, hear)
  }

  async #receive(stream: PeerStream): Promise<void> {
    const reader = new StreamReader(stream.incoming)
    const head = headSchema.parse(JSON.parse(Buffer.from((await reader.frame(headBytesMax)) ?? []).toString('utf8')))
    const hear = this.#hearByTopic.get(head.topic)
    if (hear === undefined || this.#seen.has(head.id) || head.from === this.#deps.transport.self) return
    const message = (await reader.frame(publishBytesMax)) ?? new Uint8Array(0)
    const key = publicKeyOf(head.from)
    const isTrue = key !== undefined && verify(null, signed(head, message), key, Buffer.from(head.signature, 'base64'))
    if (!isTrue) throw new Error(`${stream.peer} passed on what ${head.from} has not signed`)
    // It may have come from another peer meanwhile.
    if (this.#seen.has(head.id)) return
    this.#remember(head.id)
    this.#pass({ head, message }, stream.peer)
    hear(message, head.from as PeerId)
  }

  #pass(published: Published, heardFrom: PeerId | undefined): void {
    for (const { id } of this.#deps.transport.peers()) {
      if (id === heardFrom || id === published.head.from) continue
      const underWay = this.#underWayByPeer.get(id) ?? 0
      if (underWay >= underWayMax) continue
      this.#underWayByPeer.set(id, underWay + 1)
      void this.#send(id, published).finally(() => {
        const left = (this.#underWayByPeer.get(id) ?? 1) - 1
        if (left > 0) this.#underWayByPeer.set(id, left)
        else this.#underWayByPeer.delete(id)
      })
    }
  }

  async #send(peer: PeerId, { head, message }: Published): Promise<void> {
    const { transport, clock, log } = this.#deps
    const limit = new AbortController()
    let stream: PeerStream | undefined
    const cancel = clock.after(sendMsMax, () => {
      const late = new Error(`${peer} did not take it within ${sendMsMax} ms`)
      limit.abort(late)
      stream?.abort(late)
    })
    try {
      stream = await transport.openStream(peer, floodProtocol, limit.signal)
      await writeFrame(stream, Buffer.from(JSON.stringify(head)))
      await writeFrame(stream, message)
      await stream.closeWrite()
      // The other side's end says that it was taken.
      await new StreamReader(stream.incoming).some(1)
    } catch (error) {
      stream?.abort(error as Error)
      log.debug({ peer, topic: head.topic, error: String(error) }, 'a published message did not reach a peer')
    } finally {
      cancel()
    }
  }

  #remember(id: string): void {
    this.#seen.add(id)
    const [oldest] = this.#seen
    if (this.#seen.size > seenMax && oldest !== undefined) this.#seen.delete(oldest)
  }
}

/** What is signed: all that is told, each part at its place. */
function signed({ topic, from, id }: Omit<Head, 'signature'>, message: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(message).digest('hex')
  return Buffer.from(`isconf publish 1\0${topic}\0${from}\0${id}\0${digest}`)
}
