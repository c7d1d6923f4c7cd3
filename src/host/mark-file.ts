/** A mark on this host: one note in a file of its own, which is there as long as it holds. */
import type * as z from 'zod'
import { type Disk, IsconfError, writing } from '../base/index.ts'

export class MarkFile<T extends object> {
  readonly #disk: Disk
  readonly #path: string
  #value: T | undefined

  private constructor(disk: Disk, path: string, value: T | undefined) {
    this.#disk = disk
    this.#path = path
    this.#value = value
  }

  /** Reads the mark, if there is one; `says` is what it tells, for people. STATE_DAMAGED. */
  static async open<T extends object>(
    disk: Disk,
    path: string,
    schema: z.ZodType<T>,
    says: string,
  ): Promise<MarkFile<T>> {
    const bytes = await disk.readFile(path)
    return new MarkFile(disk, path, bytes && parse(bytes, path, schema, says))
  }

  /** Undefined on a host that is not marked. */
  get value(): T | undefined {
    return this.#value
  }

  /** Marks the host; on disk when it returns. */
  async set(value: T): Promise<void> {
    await writing(
      () => this.#disk.replaceFile(this.#path, `${JSON.stringify(value)}\n`),
      () => {
        this.#value = value
      },
    )
  }

  /** Takes the mark away; on disk when it returns. */
  async clear(): Promise<void> {
    await this.#disk.remove(this.#path)
    this.#value = undefined
  }
}

function parse<T extends object>(bytes: Uint8Array, path: string, schema: z.ZodType<T>, says: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not say ${says}`)
  }
}
