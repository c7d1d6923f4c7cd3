/** Notes who asks for a change, in the log and for the record. */
import { type AskedBy, askedByText, type Log, toIsconfError } from '../../base/index.ts'

/** Notes that `isconf VERB` was asked for: by the name in the request, and by whom the kernel names. */
export function logAsked(log: Log, verb: string, body: unknown, askedBy: AskedBy | undefined): void {
  const { user } = (body ?? {}) as { readonly user?: unknown }
  const name = typeof user === 'string' ? user : undefined
  const kernel = askedBy && askedByText(askedBy)
  const who = [name, name === undefined ? kernel : kernel && `(${kernel})`].filter((text) => text !== undefined)
  const by = who.length === 0 ? '' : ` by ${who.join(' ')}`
  log.info({ ...(name !== undefined && { user: name }), ...askedBy }, `${verbText(verb)}: asked for${by}`)
}

/** Notes how that ended. */
export function logEnd(log: Log, verb: string, thrown?: unknown): void {
  const failure = thrown === undefined ? undefined : toIsconfError(thrown)
  const facts = { ...(failure && { code: failure.code }), status: failure?.exit ?? 0 }
  log.info(facts, `${verbText(verb)}: ended with status ${facts.status}`)
}

/** A request is named as its verb, with a dash between two words. */
const verbText = (verb: string): string => `isconf ${verb.replace('-', ' ')}`
