/**
 * Whether this host has to be built anew: something was done here that is in
 * no journal and never will be. The mark goes with the disk, or when a person
 * says on record that all of it was undone by hand.
 */
import * as z from 'zod'
import { type Disk, IsconfError, writing } from '../base/index.ts'

const schema = z.object({
  /** How many operations were done here and dropped, in all. */
  operations: z.int().positive(),
  /** `user@host` of who dropped the last of them, and when, for people. */
  by: z.string(),
  time: z.string(),
})

export type RebuildReason = Readonly<z.infer<typeof schema>>

export class RebuildMark {
  readonly #disk: Disk
  readonly #path: string
  #reason: RebuildReason | undefined

  private constructor(disk: Disk, path: string, reason: RebuildReason | undefined) {
    this.#disk = disk
    this.#path = path
    this.#reason = reason
  }

  /** Reads the mark, if there is one. STATE_DAMAGED. */
  static async open(disk: Disk, path: string): Promise<RebuildMark> {
    const bytes = await disk.readFile(path)
    return new RebuildMark(disk, path, bytes && parse(bytes, path))
  }

  /** Why this host has to be built anew; undefined when it need not. */
  get reason(): RebuildReason | undefined {
    return this.#reason
  }

  /** Marks the host; on disk when it returns. */
  async set({ operations, by, time }: RebuildReason): Promise<void> {
    const reason = { operations: operations + (this.#reason?.operations ?? 0), by, time }
    await writing(
      () => this.#disk.replaceFile(this.#path, `${JSON.stringify(reason)}\n`),
      () => {
        this.#reason = reason
      },
    )
  }

  /** Takes the mark away; on disk when it returns. */
  async clear(): Promise<void> {
    await this.#disk.remove(this.#path)
    this.#reason = undefined
  }

  /** Fails with NEEDS_REBUILD on a host that is marked. */
  refuse(host: string): void {
    if (this.#reason) throw new IsconfError('NEEDS_REBUILD', rebuildText(host, this.#reason))
  }
}

/** The mark in a sentence. */
export function rebuildText(host: string, { operations, by, time }: RebuildReason): string {
  const what = operations === 1 ? '1 operation' : `${operations} operations`
  return `${host} needs a rebuild: ${by} dropped ${what} done here, last at ${time}`
}

function parse(bytes: Uint8Array, path: string): RebuildReason {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not say why this host needs a rebuild`)
  }
}
