/** The real disk's own code, on file calls of which any one can go wrong: {@link SimFileCalls}. */
import { diskOn } from '../../src/base/disk.io.ts'
import type { Disk, DiskFile, FileAccess, WholeFile } from '../../src/base/index.ts'
import { SimDisk, type UnsyncedFate } from './disk.ts'
import { SimFileCalls } from './file-calls.ts'
import { seededRandom } from './random.ts'

export class CutDisk extends SimDisk {
  readonly calls: SimFileCalls
  readonly #disk: Disk

  constructor(calls: SimFileCalls = new SimFileCalls(seededRandom(1))) {
    super(seededRandom(1))
    this.calls = calls
    this.#disk = diskOn(calls)
  }

  /** After a kill what was written is there, synced or not; after a loss of power it is as `fate` has it. */
  override crash(fate: UnsyncedFate = 'chance'): CutDisk {
    return new CutDisk(fate === 'kept' ? this.calls.afterKill() : this.calls.afterPowerCut(fate))
  }

  override readFile(path: string): Promise<Uint8Array | undefined> {
    return this.#disk.readFile(path)
  }

  override replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    return this.#disk.replaceFile(path, content)
  }

  override replaceFiles(files: readonly WholeFile[]): Promise<void> {
    return this.#disk.replaceFiles(files)
  }

  override open(path: string, access: FileAccess): Promise<DiskFile> {
    return this.#disk.open(path, access)
  }

  override rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }

  override remove(path: string): Promise<void> {
    return this.#disk.remove(path)
  }

  override list(directory: string): Promise<readonly string[]> {
    return this.#disk.list(directory)
  }

  override makeDirectory(...directories: readonly string[]): Promise<void> {
    return this.#disk.makeDirectory(...directories)
  }
}
