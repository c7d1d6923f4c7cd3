/** How the last boot of a host ended, as Hostkeeper has recorded it: what the host tells the others of it. */
import * as z from 'zod'
import type { Disk } from '../base/index.ts'

const text = (lengthMax: number) => z.string().max(lengthMax).nullable()

const told = {
  /** `right`, `old`, `excluded` or `failed`; `unknown` when nothing is known of the present boot. */
  level: z.string().min(1).max(32),
  /** Since when it is so, an ISO time; null when the clock was not set. */
  since: text(64),
  /** The step at which it failed. */
  step: text(256),
  why: text(1024),
  /** The configuration tree, and when its source had it last. */
  tree: text(1024),
  fetched: text(64),
}

export const bootReportSchema = z.object(told)
export type BootReport = z.infer<typeof bootReportSchema>

/** What Hostkeeper writes has more in it, and may have what is too long for others. */
const recordSchema = z.object({
  boot: z.string(),
  level: told.level,
  since: z.string().nullable(),
  step: z.string().nullable(),
  why: z.string().nullable(),
  tree: z.string().nullable(),
  fetched: z.string().nullable(),
})

/** Follows the record of Hostkeeper; nothing waits for it. */
export class BootRecord {
  /** Undefined where there is none, and so no Hostkeeper. */
  current: BootReport | undefined
  readonly #disk: Pick<Disk, 'readFile'>
  readonly #path: string
  readonly #bootId: string

  /** `bootId` is the present boot of the kernel. */
  constructor(disk: Pick<Disk, 'readFile'>, path: string, bootId: string) {
    this.#disk = disk
    this.#path = path
    this.#bootId = bootId
  }

  /** Reads it again. A record that cannot be read is none: it is not this daemon's. */
  async refresh(): Promise<void> {
    const bytes = await this.#disk.readFile(this.#path).catch(() => undefined)
    this.current = bytes && reportOf(new TextDecoder().decode(bytes), this.#bootId)
  }
}

function reportOf(record: string, bootId: string): BootReport | undefined {
  const parsed = recordSchema.safeParse(jsonOf(record))
  if (!parsed.success) return undefined
  const { boot, level, since, step, why, tree, fetched } = parsed.data
  if (boot !== bootId) return { level: 'unknown', since: null, step: null, why: null, tree: null, fetched: null }
  return {
    level,
    since,
    step: step?.slice(0, 256) ?? null,
    why: why?.slice(0, 1024) ?? null,
    tree: tree?.slice(0, 1024) ?? null,
    fetched,
  }
}

function jsonOf(record: string): unknown {
  try {
    return JSON.parse(record)
  } catch {
    return undefined
  }
}
