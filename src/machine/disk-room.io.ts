/** How much room file systems have, as one thing after the other is put there. */
import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'

/**
 * Those whose count of free blocks says what fits, by the magic numbers of linux/magic.h. Others compress, share what is
 * alike, or say nothing: only trying tells.
 */
const countable: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x01021994, // tmpfs
  0x4d44, // FAT
  0x794c7630, // overlayfs, which counts for the one above
])

interface Free {
  bytes: number
  /** Undefined where there is no limit. */
  entries: number | undefined
  readonly blockBytes: number
}

export class DiskRoom {
  readonly #byDevice = new Map<number, Free | undefined>()
  readonly #deviceByDirectory = new Map<string, number>()

  /** Takes room in an existing directory. Returns what is missing, in words. */
  async take(directory: string, sizeBytes: number, isNew: boolean): Promise<string | undefined> {
    const free = await this.#freeAt(directory)
    if (!free) return undefined
    const bytes = Math.ceil(sizeBytes / free.blockBytes) * free.blockBytes
    const had = free.bytes
    free.bytes -= bytes
    if (free.entries !== undefined && isNew) free.entries -= 1
    if (free.bytes < 0 && bytes > 0)
      return `it takes ${bytes} bytes, and ${Math.max(0, had)} are left of those that are free (df)`
    return free.entries !== undefined && free.entries < 0
      ? 'it has no entry left for a further file (df -i)'
      : undefined
  }

  /** Gives back the room of what was there before and is gone. */
  async give(directory: string, diskBytes: number, entries: number): Promise<void> {
    const free = await this.#freeAt(directory)
    if (!free) return
    free.bytes += diskBytes
    if (free.entries !== undefined) free.entries += entries
  }

  async #freeAt(directory: string): Promise<Free | undefined> {
    const device = this.#deviceByDirectory.get(directory) ?? statSync(directory).dev
    this.#deviceByDirectory.set(directory, device)
    if (!this.#byDevice.has(device)) this.#byDevice.set(device, await freeOf(directory))
    return this.#byDevice.get(device)
  }
}

async function freeOf(directory: string): Promise<Free | undefined> {
  const found = await statfs(directory).catch(() => undefined)
  if (!found || found.blocks === 0 || !countable.has(found.type >>> 0)) return undefined
  // A part is kept for root.
  const blocks = process.geteuid?.() === 0 ? found.bfree : found.bavail
  return {
    bytes: blocks * found.bsize,
    entries: found.files > 0 ? found.ffree : undefined,
    blockBytes: found.bsize,
  }
}
