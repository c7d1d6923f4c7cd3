/**
 * The records of hosts on disk: one on each line, as it was signed, with when it was said and how long ago that is. It
 * is only a help: what can't be read in it is left out.
 */
import * as z from 'zod'
import type { Clock, Disk, Log } from '../../base/index.ts'
import { timeSchema } from '../../journal/index.ts'
import { isGenuine, parseRecord, signedRecordSchema, type VerifyRecord } from './host-record.ts'
import type { HostRecords, KeptRecord } from './host-records.ts'

const lineSchema = z.object({ ...signedRecordSchema.shape, seen: timeSchema, ageMs: z.number().nonnegative() })

/** How often to write down what was heard: the more hosts there are, the more rarely. */
const writeEveryMs = 60_000
const writeMsPerHost = 100

export interface RecordsFileDeps {
  readonly disk: Pick<Disk, 'readFile' | 'replaceFile'>
  readonly path: string
  readonly clock: Clock
  readonly log: Log
}

export class RecordsFile {
  readonly #deps: RecordsFileDeps
  #writtenMs: number
  /** How many records had arrived when it was written. */
  #written = 0

  constructor(deps: RecordsFileDeps) {
    this.#deps = deps
    this.#writtenMs = deps.clock.monotonicMs()
  }

  /** What an earlier daemon has kept, the record that was heard longest ago first. */
  async read(records: HostRecords, isSigned: VerifyRecord): Promise<void> {
    const { disk, path, clock, log } = this.#deps
    const bytes = await disk.readFile(path).catch(() => undefined)
    const lines = bytes ? Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1) : []
    for (const line of lines) {
      const kept = keptRecord(line, isSigned, clock.monotonicMs())
      if (kept) records.put(kept)
      else log.debug({ path }, 'left a record of a host aside')
    }
    this.#written = records.arrived
  }

  async writeIfDue(records: HostRecords): Promise<void> {
    const waitMs = Math.max(writeEveryMs, records.size * writeMsPerHost)
    if (this.#deps.clock.monotonicMs() - this.#writtenMs >= waitMs) await this.write(records)
  }

  /** Writes the records if any have come. A full disk costs this help and nothing else. */
  async write(records: HostRecords): Promise<void> {
    if (this.#written === records.arrived) return
    const { disk, path, clock, log } = this.#deps
    const nowMs = clock.monotonicMs()
    this.#writtenMs = nowMs
    this.#written = records.arrived
    const text = [...records.all()]
      .map(({ signed, seen, saidMs }) => `${JSON.stringify({ ...signed, seen, ageMs: Math.round(nowMs - saidMs) })}\n`)
      .join('')
    try {
      await disk.replaceFile(path, text)
    } catch (error) {
      log.debug({ path, error: String(error) }, 'the records of hosts were not written down')
    }
  }
}

function keptRecord(line: string, isSigned: VerifyRecord, nowMs: number): KeptRecord | undefined {
  try {
    const { said, signature, seen, ageMs } = lineSchema.parse(JSON.parse(line))
    const record = parseRecord({ said, signature })
    if (!record || !isGenuine({ said, signature }, record, isSigned)) return undefined
    return { signed: { said, signature }, record, saidMs: nowMs - ageMs, seen, from: undefined }
  } catch {
    return undefined
  }
}
