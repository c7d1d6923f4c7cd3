/** A request is a value in a file of its own: the control socket, its page in docs/protocol and the tests read the same one. */
import type * as z from 'zod'
import type { AskedBy } from '../../../base/index.ts'
import type { ControlEvent } from '../../../control/index.ts'
import { checked } from './input.ts'
import type { Parts } from './parts.ts'

/** What sorts of requests there are. */
export const kinds = {
  /** Reads, and is answered with one document. */
  query: { method: 'GET', changesHost: false, streams: false },
  /** Reads, and is answered with events: what it gives is long, or has to be fetched. */
  stream: { method: 'POST', changesHost: false, streams: true },
  /** Reads, and is answered with server-sent events, as long as the caller listens. */
  feed: { method: 'GET', changesHost: false, streams: false },
  /** Reads, and is answered with text for other programs than isconf. */
  text: { method: 'GET', changesHost: false, streams: false },
  /** May change this host: one at a time, and answered with events while it is done. */
  change: { method: 'POST', changesHost: true, streams: true },
  /** Is about the daemon itself, or has to stop what is under way: done at once, whatever else is under way, and answered with the last event alone. */
  daemon: { method: 'POST', changesHost: false, streams: false },
} as const satisfies Record<string, { method: 'GET' | 'POST'; changesHost: boolean; streams: boolean }>

/** Where a request's events go; a promise slows the request down until it resolves. */
export type Tell = (event: ControlEvent) => Promise<void> | undefined

/** What comes with a request besides its members. */
export interface RequestContext {
  readonly tell: Tell
  readonly signal: AbortSignal
  /** Who asks, as the kernel says. */
  readonly askedBy?: AskedBy | undefined
  /** The process that asks, as it calls itself. */
  readonly caller?: string | undefined
}

interface RequestText<Name extends string> {
  /** The last part of its path. */
  readonly name: Name
  readonly kind: keyof typeof kinds
  /** What the result is in words, as a cell of the page's table; `answerSchemas` in src/control/answers has its schema. */
  readonly result: string
  /** What there is to say besides, as a paragraph of the page. */
  readonly details?: string
}

export interface Request<Name extends string = string, Answer = unknown> extends RequestText<Name> {
  /** The members of its body, or of the query of a GET; undefined when nothing that comes with it is looked at. */
  readonly input: z.ZodType | undefined
  /** Checks the members as they came, and does it. BAD_REQUEST, and the failures of the request. */
  answer(parts: Parts, input: unknown, context: RequestContext): Promise<Answer>
}

interface Definition<Name extends string, Input, Answer> extends RequestText<Name> {
  readonly input?: z.ZodType<Input>
  /** Does it, with the parts that it names in its type. */
  run(parts: Parts, input: Input, context: RequestContext): Answer | Promise<Answer>
}

/** Makes a request of what its file says. */
export function request<const Name extends string, Input, Answer>({
  input,
  run,
  ...text
}: Definition<Name, Input, Answer>): Request<Name, Answer> {
  return {
    ...text,
    input,
    // A body that is not there is one without members.
    answer: async (parts, body, context) =>
      run(parts, input ? checked(input, body ?? {}) : (undefined as Input), context),
  }
}
