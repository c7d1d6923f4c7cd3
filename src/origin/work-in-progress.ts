/**
 * Work that was done on this host and is not checked in: `journal.wip`. Its first line says under which lock and after
 * which changeset it is done; each further line is one operation. It survives restarts and reboots together with its
 * lock.
 */
import * as z from 'zod'
import { AppendLog, type Disk, IsconfError, leadingLines, writing } from '../base/index.ts'
import {
  branchNameSchema,
  changesetIdSchema,
  describeOperation,
  type KnownOperation,
  lineBytesMax,
  type Operation,
  operationSchema,
  recordedOperationSchema,
} from '../journal/index.ts'

const headerSchema = z.object({
  branch: branchNameSchema,
  /** The head of the branch that the work comes after. */
  base: changesetIdSchema,
  lock: z.string(),
  message: z.string(),
  author: z.string(),
  /** The host has not done everything that comes before: only operations about the journal itself can be recorded. */
  behind: z.literal(true).optional(),
  /** When the lock was taken, for people. */
  since: z.string().optional(),
})

/** Under which lock, and after which changeset, the work is done. */
export type WorkHeader = z.infer<typeof headerSchema>

/** Leaves room for the other members of the changeset within the longest line. */
const workBytesMax = lineBytesMax - 64 * 1024

export class WorkInProgress {
  readonly #disk: Disk
  readonly path: string
  #log: AppendLog | undefined
  #header: WorkHeader | undefined
  #operations: Operation[] = []
  /** What the last start dropped: an operation that was not acknowledged. */
  readonly droppedBytes: number

  private constructor(disk: Disk, path: string, droppedBytes: number) {
    this.#disk = disk
    this.path = path
    this.droppedBytes = droppedBytes
  }

  /** Reads what an earlier run of the daemon left. STATE_DAMAGED, and NEWER_RELEASE after a downgrade, name the bad line. */
  static async open(disk: Disk, path: string): Promise<WorkInProgress> {
    if ((await disk.readFile(path)) === undefined) return new WorkInProgress(disk, path, 0)
    const { log, torn } = await AppendLog.open(disk, path)
    const work = new WorkInProgress(disk, path, torn?.bytes ?? 0)
    const [header, ...operations] = await log.lines()
    if (header === undefined) {
      await log.close()
      await disk.remove(path)
      return work
    }
    work.#log = log
    work.#header = parse(headerSchema, header, `${path}: line 1`)
    work.#operations = operations.map((line, index) => parseOperation(line, `${path}: line ${index + 2}`))
    return work
  }

  /** The usable part of a damaged file: the operations up to the damage, or nothing if the lock can't be read. */
  static readable(bytes: Uint8Array): string | undefined {
    const isGood = (line: string, index: number): boolean =>
      isReadable(index === 0 ? headerSchema : recordedOperationSchema, line)
    const lines = leadingLines(bytes, isGood)
    return lines === '' ? undefined : lines
  }

  /** Undefined when there is no work here. */
  get header(): WorkHeader | undefined {
    return this.#header
  }

  get operations(): readonly Operation[] {
    return this.#operations
  }

  /** Begins the work, or goes on with existing work under another lock. */
  begin(header: WorkHeader): Promise<void> {
    return this.#rewrite(header, this.#operations)
  }

  /** Takes the last operations out again; on disk when it returns. */
  async takeBack(count: number): Promise<void> {
    const left = this.#operations.slice(0, Math.max(0, this.#operations.length - count))
    if (this.#header) await this.#rewrite(this.#header, left)
  }

  /** WIP_FULL if another operation of about the size of `operation` would not fit into one changeset. */
  refuseIfFull(operation: object): void {
    this.refuseWithoutRoom(JSON.stringify(operation).length * 2)
  }

  /** WIP_FULL if operations of about `sizeBytes` would not fit into one changeset with the existing ones. */
  refuseWithoutRoom(sizeBytes: number): void {
    const before = this.#log?.size ?? 0
    if (before + sizeBytes <= workBytesMax) return
    const message = `operations of about ${sizeBytes} bytes do not fit ${this.path}, which has ${before} bytes of at most ${workBytesMax}`
    if (sizeBytes <= workBytesMax) throw new IsconfError('WIP_FULL', message)
    throw new IsconfError('WIP_FULL', message, { hint: 'make the change in several parts, and check in after each' })
  }

  /** Notes an operation that was done; on disk when it returns. */
  add(operation: Operation): Promise<void> {
    return this.addAll([operation])
  }

  /** Notes operations, all or none; on disk when it returns. WIP_FULL, NOT_A_FILE. */
  async addAll(operations: readonly Operation[]): Promise<void> {
    if (!this.#log) throw new IsconfError('NOT_LOCKED', 'there is no lock to work under')
    operations.forEach(refuseUnreadable)
    const lines = operations.map((operation) => JSON.stringify(operation))
    this.refuseWithoutRoom(lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0))
    await this.#log.append(lines)
    for (const operation of operations) this.#operations.push(operation)
  }

  /** Ends the work: it is checked in, or given up. */
  async clear(): Promise<void> {
    await writing(
      () => this.#disk.remove(this.path),
      async () => {
        await this.#log?.close()
        this.#log = undefined
        this.#header = undefined
        this.#operations = []
      },
    )
  }

  async close(): Promise<void> {
    await this.#log?.close()
    this.#log = undefined
  }

  async #rewrite(header: WorkHeader, operations: Operation[]): Promise<void> {
    const lines = [header, ...operations].map((entry) => `${JSON.stringify(entry)}\n`)
    // When this fails, on a full disk, what is open is still the file that is there.
    await writing(
      () => this.#disk.replaceFile(this.path, lines.join('')),
      async () => {
        await this.#log?.close()
        this.#log = (await AppendLog.open(this.#disk, this.path)).log
        this.#header = header
        this.#operations = operations
      },
    )
  }
}

/** NOT_A_FILE for what the next start, and every other host, could not read. */
function refuseUnreadable(operation: Operation): void {
  if (operationSchema.safeParse(operation).success) return
  const hint = 'its size, mode, owner or path is more than a journal has: leave it out'
  throw new IsconfError('NOT_A_FILE', `a journal can't have ${describeOperation(operation)}`, { hint })
}

function parseOperation(line: string, where: string): KnownOperation {
  const operation = parse(recordedOperationSchema, line, where)
  if (operation.type !== 'unknown') return operation
  throw new IsconfError('NEWER_RELEASE', `${where} is ${describeOperation(operation)}`)
}

function isReadable(schema: z.ZodType, line: string): boolean {
  try {
    return schema.safeParse(JSON.parse(line)).success
  } catch {
    return false
  }
}

function parse<T>(schema: z.ZodType<T>, line: string, where: string): T {
  try {
    return schema.parse(JSON.parse(line))
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${where} is not what was written there`)
  }
}
