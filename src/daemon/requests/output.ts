import * as z from 'zod'
import { IsconfError, inOneLine, operationName, parseOperationKey, toIsconfError } from '../../base/index.ts'
import type { OutputAnswer } from '../../control/index.ts'
import { toKey } from '../../host/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import { workOutputKey } from '../../origin/index.ts'
import { askOutput } from '../../replication/index.ts'
import { operationNamed } from './shared/named-place.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** NO_SUCH_OPERATION, NO_SUCH_HOST, HOST_NOT_REACHED, NOT_KEPT. */
export const outputRequest = request({
  name: 'output',
  kind: 'query',
  result: 'the end of what an operation wrote',
  details:
    '`host`, `operation`, `time` (of its end), `stdout` and `stderr` (the last 64 KiB of each, as text; values of recorded ' +
    'variables are masked), `cutBytes` (how many bytes came before, of `stdout` and of `stderr`).',
  input: z.strictObject({
    operation: z
      .string()
      .max(200)
      .optional()
      .describe('its name, or `wip:0` for the first of the work in progress; the newest that is kept when absent'),
    host: z.string().max(256).optional().describe('where it ran, by its name or peer id; this host when absent'),
  }),
  run: async (parts: OutputParts, { operation: name, host }): Promise<OutputAnswer> => {
    const { identity, outputs, transport } = parts
    const isHere = host === undefined || host === identity.host || host === transport.self
    const key = name === undefined ? undefined : await keyOf(parts, name, isHere)
    const where = isHere ? identity.host : host
    const kept = isHere ? await outputs.named(key) : await askHost(parts, host, key)
    if (!kept) throw new IsconfError('NOT_KEPT', `${where} keeps nothing that ${name ?? 'an operation'} wrote`)
    const { id, index } = parseOperationKey(kept.operation)
    return { host: where, ...kept, operation: isOfWork(name) ? name : operationName(id, index) }
  },
})

type OutputParts = Pick<
  Parts,
  'branch' | 'branches' | 'clock' | 'identity' | 'outputs' | 'replicator' | 'transport' | 'work'
>

/** Of the work in progress: `wip:0` is its first operation. */
const workPattern = /^wip:(\d{1,9})$/

function isOfWork(name: string | undefined): name is string {
  return name !== undefined && workPattern.test(name)
}

/** The whole name of what is asked for; on this host also of what is in no journal. NO_SUCH_OPERATION. */
async function keyOf(parts: OutputParts, name: string, isHere: boolean): Promise<string> {
  const { outputs, work } = parts
  const [, index] = workPattern.exec(name) ?? []
  if (index !== undefined && isHere) {
    const key = work.header && workOutputKey(work.header, Number(index), work.operations[Number(index)])
    if (key === undefined) throw new IsconfError('NO_SUCH_OPERATION', `${name} is no command of the work in progress`)
    return key
  }
  try {
    return toKey((await operationNamed(parts, name)).ref)
  } catch (thrown) {
    // A command that failed here is in no journal.
    const unrecorded = isHere ? outputs.keyLike(name) : undefined
    if (unrecorded === undefined || toIsconfError(thrown).code !== 'NO_SUCH_OPERATION') throw thrown
    return unrecorded
  }
}

async function askHost(parts: OutputParts, host: string, key: string | undefined): ReturnType<typeof askOutput> {
  const { clock, replicator, transport } = parts
  const known = replicator.inventory.all().find(({ name, peer }) => name === host || peer === host)
  if (!known) throw new IsconfError('NO_SUCH_HOST', `no host ${inOneLine(host)} is known here`)
  try {
    await connectTo(parts, known)
    return await askOutput(transport, known.peer, key, clock)
  } catch (thrown) {
    const { message } = toIsconfError(thrown)
    const why = thrown instanceof Error ? thrown.message : message
    throw new IsconfError('HOST_NOT_REACHED', `${known.name} can't be asked: ${why}`, { cause: thrown })
  }
}

const dialMs = 5_000

/** In a large domain hosts are connected to few of the others. */
async function connectTo(
  { clock, transport }: OutputParts,
  { peer, addresses }: { readonly peer: PeerId; readonly addresses: readonly string[] },
): Promise<void> {
  if (transport.peers().some(({ id }) => id === peer)) return
  let failure: unknown = new Error('it is not connected, and has told no address')
  for (const address of addresses) {
    const limit = new AbortController()
    const cancel = clock.after(dialMs, () => limit.abort(new Error(`${address} did not answer`)))
    try {
      if ((await transport.dial(address, limit.signal)) === peer) return
      failure = new Error(`another host answers at ${address}`)
    } catch (thrown) {
      failure = thrown
    } finally {
      cancel()
    }
  }
  throw failure
}
