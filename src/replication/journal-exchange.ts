/** What follows a changeset on a line of the journal, asked of one peer: a limited range of the journal's lines. */
import * as z from 'zod'
import { type Clock, IsconfError, invariant, isSha256Hex } from '../base/index.ts'
import type { JournalRange } from '../journal/index.ts'
import { answer, ask, type PeerId, type Transport } from '../mesh/index.ts'

const protocol = '/isconf/journal/1'
/** The line of one changeset; a journal has no longer ones. */
export const journalLineBytesMax = 8 * 1024 * 1024
/** How much one answer may have, unless its first line alone is longer: both sides hold it in memory. */
const rangeBytesMax = 1024 * 1024
// A line is JSON itself, and quoting it as a string at most doubles it.
const answerBytesMax = 2 * journalLineBytesMax + 64 * 1024
const requestBytesMax = 1024
/** A branch name with the id of a changeset, and some room. */
const lineNameLengthMax = 300
/** A peer asks for one range after the other; there are a few more for several branches at once. */
const concurrentPerPeerMax = 4

/** What this host can tell of its journals. */
export interface JournalSource {
  /**
   * The lines that follow changeset `id`, up to `limitBytes` of them, or one line that is longer; undefined if `id` is
   * not in the branch here.
   */
  linesAfter(line: string, id: string, limitBytes: number): Promise<JournalRange | undefined>
}

const requestSchema = z.object({ line: z.string().max(lineNameLengthMax), after: z.string().refine(isSha256Hex) })
const answerSchema = z.object({ lines: z.array(z.string()), more: z.boolean() }).nullable()

/** How long to wait for an answer. */
export interface JournalWait {
  readonly clock: Clock
  /** The longest silence. */
  readonly timeoutMs: number
  readonly onProgress?: () => void
}

/** Answers peers from `source`. */
export function serveJournal(transport: Transport, source: JournalSource): void {
  answer(transport, protocol, { requestBytesMax, concurrentPerPeerMax }, async (body) => {
    const request = requestSchema.safeParse(body)
    if (!request.success) throw new IsconfError('BAD_REQUEST', `${protocol}: ${z.prettifyError(request.error)}`)
    const { line, after } = request.data
    const range = await source.linesAfter(line, after, rangeBytesMax)
    invariant(range === undefined || isBounded(range.lines), 'a range of journal lines is bounded')
    return range ?? null
  })
}

/**
 * Asks a peer what follows changeset `id` on a line; undefined if the peer does not have `id` there. The lines are as
 * the peer sent them, and must be checked. Rejects if the peer is lost, sends next to nothing for `timeoutMs`, or
 * answers with more than it may. `onProgress` hears that some of it has come.
 */
export async function askJournal(
  transport: Transport,
  peer: PeerId,
  line: string,
  id: string,
  { clock, timeoutMs, onProgress = () => undefined }: JournalWait,
): Promise<JournalRange | undefined> {
  const request = { line, after: id } satisfies z.infer<typeof requestSchema>
  const range = answerSchema.parse(
    await ask(transport, peer, protocol, request, { clock, timeoutMs, onProgress, answerBytesMax }),
  )
  if (range === null) return undefined
  if (!isBounded(range.lines)) throw new Error(`${peer}: sent more journal lines than a range may hold`)
  if (range.more && range.lines.length === 0) throw new Error(`${peer}: says that more follows, and sent nothing`)
  if (range.lines.some((line) => line.includes('\n')))
    throw new Error(`${peer}: sent a journal line with a newline in it`)
  return range
}

function isBounded(lines: readonly string[]): boolean {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
  return bytes <= (lines.length === 1 ? journalLineBytesMax + 1 : rangeBytesMax)
}
