/** An open file of the machine's own disk. */
import { failing } from './disk-failure.ts'
import type { OpenedFile } from './file-calls.io.ts'
import type { OpenFile } from './resting-files.ts'

export class SystemFile implements OpenFile {
  readonly #path: string
  readonly #handle: OpenedFile

  constructor(path: string, handle: OpenedFile) {
    this.#path = path
    this.#handle = handle
  }

  get descriptor(): number | undefined {
    return this.#handle.fd
  }

  size(): Promise<number> {
    return failing('look at', this.#path, async () => (await this.#handle.stat()).size)
  }

  identity(): Promise<string> {
    return failing('look at', this.#path, async () => {
      const { dev, ino } = await this.#handle.stat({ bigint: true })
      return `${dev} ${ino}`
    })
  }

  stamp(): Promise<string> {
    return failing('look at', this.#path, async () => {
      const { ino, size, mtimeNs, ctimeNs } = await this.#handle.stat({ bigint: true })
      return [ino, size, mtimeNs, ctimeNs].join(' ')
    })
  }

  read(position: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    return failing('read', this.#path, async () => {
      // Its own memory, not a slice of a pool: the reader may hand it to another thread.
      const bytes = into ?? Buffer.allocUnsafeSlow(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await this.#handle.read(bytes, done, length - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    })
  }

  write(position: number, bytes: Uint8Array): Promise<void> {
    return failing('write', this.#path, () => writeAll(this.#handle, position, bytes))
  }

  truncate(size: number): Promise<void> {
    return failing('shorten', this.#path, () => this.#handle.truncate(size))
  }

  sync(): Promise<void> {
    // fdatasync keeps the size too; only times of access and change may be lost.
    return failing('sync', this.#path, () => this.#handle.datasync())
  }

  close(): Promise<void> {
    return failing('close', this.#path, () => this.#handle.close())
  }
}

/** A nearly full disk takes a part of a write and reports the failure only on the next one. */
export async function writeAll(handle: OpenedFile, position: number, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw new Error('the disk takes none of it')
    done += bytesWritten
  }
}
