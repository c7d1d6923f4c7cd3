/** How the last boot of a host ended, as Hostkeeper has recorded it, and as the host tells the others. */
import * as z from 'zod'
import type { Disk } from '../base/index.ts'
import { timeSchema } from '../journal/index.ts'

const text = (lengthMax: number) => z.string().max(lengthMax).nullable()

const told = {
  /** `right`, `old`, `excluded` or `failed`; `unknown` if nothing is known about the present boot. */
  level: z.string().min(1).max(32),
  /** Since when it is so, an ISO time; null if the clock was not set. */
  since: timeSchema.nullable(),
  /** The step at which it failed. */
  step: text(256),
  why: text(1024),
  /** The configuration tree, and when its source last had it. */
  tree: text(1024),
  fetched: timeSchema.nullable(),
}

export const bootReportSchema = z.object(told)
export type BootReport = z.infer<typeof bootReportSchema>

/** Hostkeeper writes more than this, and its texts may be too long for other hosts. */
const recordSchema = z.object({
  boot: z.string(),
  level: told.level,
  since: told.since,
  step: z.string().nullable(),
  why: z.string().nullable(),
  tree: z.string().nullable(),
  fetched: told.fetched,
})

/** Follows Hostkeeper's record; nothing waits for it. */
export class BootRecord {
  /** Undefined if there is none, because there is no Hostkeeper. */
  current: BootReport | undefined
  readonly #disk: Pick<Disk, 'readFile'>
  readonly #path: string
  readonly #bootId: string

  /** `bootId` is the kernel's id of the present boot. */
  constructor(disk: Pick<Disk, 'readFile'>, path: string, bootId: string) {
    this.#disk = disk
    this.#path = path
    this.#bootId = bootId
  }

  /** Reads it again. A record that can't be read counts as none: it is not this daemon's. */
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
