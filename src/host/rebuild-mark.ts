/**
 * Whether this host has to be built anew: something was done here that is in
 * no journal and never will be. The mark goes with the disk, or when a person
 * says on record that all of it was undone by hand.
 */
import * as z from 'zod'
import { type Disk, IsconfError } from '../base/index.ts'
import { MarkFile } from './mark-file.ts'

const schema = z.object({
  /** How many operations were done here and dropped, in all. */
  operations: z.int().positive(),
  /** `user@host` of who dropped the last of them, and when, for people. */
  by: z.string(),
  time: z.string(),
})

export type RebuildReason = Readonly<z.infer<typeof schema>>

export class RebuildMark {
  readonly #mark: MarkFile<RebuildReason>

  private constructor(mark: MarkFile<RebuildReason>) {
    this.#mark = mark
  }

  /** Reads the mark, if there is one. STATE_DAMAGED. */
  static async open(disk: Disk, path: string): Promise<RebuildMark> {
    return new RebuildMark(await MarkFile.open(disk, path, schema, 'why this host needs a rebuild'))
  }

  /** Why this host has to be built anew; undefined when it need not. */
  get reason(): RebuildReason | undefined {
    return this.#mark.value
  }

  /** Marks the host; on disk when it returns. */
  set({ operations, by, time }: RebuildReason): Promise<void> {
    return this.#mark.set({ operations: operations + (this.reason?.operations ?? 0), by, time })
  }

  /** Takes the mark away; on disk when it returns. */
  clear(): Promise<void> {
    return this.#mark.clear()
  }

  /** Fails with NEEDS_REBUILD on a host that is marked. */
  refuse(host: string): void {
    if (this.reason) throw new IsconfError('NEEDS_REBUILD', rebuildText(host, this.reason))
  }
}

/** The mark in a sentence. */
export function rebuildText(host: string, { operations, by, time }: RebuildReason): string {
  const what = operations === 1 ? '1 operation' : `${operations} operations`
  return `${host} needs a rebuild: ${by} dropped ${what} done here, last at ${time}`
}
