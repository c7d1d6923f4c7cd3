/** Asking one host for its vote, and for those of the hosts behind it. */
import { type Clock, everybodyMax } from '../base/index.ts'
import type { Branch, Vote } from '../branch/index.ts'
import type { Voters } from './agreement.ts'
import { type Message, votesSchema } from './messages.ts'

/** How long one answer is waited for, and until when in all. */
export interface Wait {
  readonly waitMs: number
  /** Monotonic milliseconds: while all consents still hold. */
  readonly untilMs: number
}

/**
 * The votes that a peer answers with. While it is connected a lost answer is asked for once more; who then does not
 * answer can't be reached, and only who can be reached has a say. An answer without sense is no consent.
 */
export async function votesOf(
  { voters, clock }: { readonly voters: Voters; readonly clock: Clock },
  branch: Branch,
  peer: string,
  message: Message,
  { waitMs, untilMs }: Wait,
): Promise<readonly Vote[]> {
  // Where questions are asked on once, those behind it have been asked: their votes come to a new proposal only.
  const isLarge = voters.hosts() > everybodyMax
  for (let tries = isLarge ? 1 : 2; tries > 0 && voters.peers().includes(peer); tries -= 1) {
    const leftMs = Math.min(waitMs, untilMs - clock.monotonicMs())
    if (leftMs < 1) break
    try {
      const { data } = votesSchema.safeParse(await voters.ask(peer, message, leftMs))
      return data ?? [{ vote: 'other', state: branch.state }]
    } catch {
      // Asked again, or passed over.
    }
  }
  return isLarge ? [{ vote: 'busy', state: branch.state }] : []
}
