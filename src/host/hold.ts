/** A host's own hold: `up` does nothing here until somebody releases it. It survives restarts, and goes with the disk. */
import * as z from 'zod'
import { type Clock, type Disk, IsconfError, isoTime } from '../base/index.ts'
import type { History } from './history.ts'
import { MarkFile } from './mark-file.ts'

const heldSchema = z.object({
  /** `user@host` of who holds it, and since when, for people. */
  by: z.string(),
  /** Empty where no reason was given. */
  why: z.string(),
  since: z.string(),
})

/** Who holds something, why, and since when. */
export type Held = Readonly<z.infer<typeof heldSchema>>

const schema = heldSchema.extend({
  /** Who is about to release it: what a crash leaves of that is finished at the next start. */
  released: z.object({ by: z.string(), why: z.string() }).optional(),
})

/** What is on disk of this host's hold. */
export class HoldMark {
  readonly file: MarkFile<z.infer<typeof schema>>

  constructor(file: HoldMark['file']) {
    this.file = file
  }

  /** Undefined on a host that nobody holds. */
  get value(): Held | undefined {
    if (!this.file.value) return undefined
    const { released: _, ...held } = this.file.value
    return held
  }
}

/** Reads this host's hold. STATE_DAMAGED. */
export async function openHold(disk: Disk, path: string): Promise<HoldMark> {
  return new HoldMark(await MarkFile.open(disk, path, schema, 'who holds this host'))
}

interface HoldDeps {
  readonly hold: HoldMark
  readonly history: History
  readonly clock: Clock
}

/** Who holds or releases, as `user@host`, and why. */
interface By {
  readonly by: string
  readonly why: string
}

/** Holds the host. ALREADY_HELD says by whom it is. */
export async function holdHost({ hold, history, clock }: HoldDeps, host: string, { by, why }: By): Promise<Held> {
  refuseHeld(`host ${host}`, hold.value, 'isconf release')
  const held = { by, why, since: isoTime(clock) }
  // The mark first: it is what keeps `up` from its work.
  await hold.file.set(held)
  await settleHold({ hold, history }).catch(async (thrown: unknown) => {
    await hold.file.clear().catch(() => undefined)
    throw thrown
  })
  return held
}

/** Takes the hold from the host; what it was. NOT_HELD. */
export async function releaseHost({ hold, history }: Omit<HoldDeps, 'clock'>, host: string, by: By): Promise<Held> {
  const held = hold.value
  if (!held) throw new IsconfError('NOT_HELD', `host ${host} is not held`)
  if (!hold.file.value?.released) await hold.file.set({ ...held, released: by })
  await settleHold({ hold, history })
  return held
}

/**
 * Finishes what a crash cut off: notes in the history that the host is held or released, once, and takes the mark of a
 * hold away that is released. To be called before anybody holds or releases.
 */
export async function settleHold({ hold, history }: Omit<HoldDeps, 'clock'>): Promise<void> {
  const mark = hold.file.value
  if (!mark) return
  const { by, why, released } = mark
  const event = released ? 'released' : 'held'
  if ((await lastNoted(history)) !== event) await history.add([{ event, ...(released ?? { by, why }) }])
  if (released) await hold.file.clear()
}

async function lastNoted(history: History): Promise<'held' | 'released' | undefined> {
  for await (const { event } of history.entriesFromEnd()) if (event === 'held' || event === 'released') return event
  return undefined
}

/** ALREADY_HELD for a second hold of the same: it would hide the first. */
export function refuseHeld(what: string, held: Held | undefined, release: string): void {
  if (!held) return
  throw new IsconfError('ALREADY_HELD', `${heldText(what, held)}`, {
    hint: `nothing was changed; talk to them; to hold it for another reason, release it first: ${release}`,
  })
}

/** A hold in a sentence; `what` is held. */
export function heldText(what: string, { by, why, since }: Held): string {
  return `${what} is held by ${by} since ${since}: ${why === '' ? 'no reason given' : why}`
}
