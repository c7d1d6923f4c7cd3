/** The file that says how far a run has come, and what is done about one that a run has left behind. */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bootId, upSeconds } from '../../base/boot.io.ts'
import { diskAtOnce } from '../../base/disk.io.ts'
import { type BegunStep, doubtful, parseProgress, progressLine, progressName } from '../make/index.ts'
import { parseSince, sinceName } from './stamp-notes.ts'
import { noteIn, removeTargets, stampExists, stampsIn } from './stamps.io.ts'
import { syncDisks } from './sync-disks.io.ts'

/** The progress of a run that is under way. */
export class RunProgress {
  readonly begun: BegunStep[] = []
  readonly #directory: string
  readonly #descriptor: number
  readonly #buffer = Buffer.alloc(64 * 1024)
  #readBytes = 0
  #torn = ''
  #keptCount = 0

  private constructor(directory: string) {
    this.#directory = directory
    this.#descriptor = openSync(join(directory, progressName), 'a+')
  }

  /** Before make begins. Durable when it returns. */
  static async begin(directory: string): Promise<RunProgress> {
    await diskAtOnce.replaceFile(join(directory, progressName), progressLine.run(bootId()))
    return new RunProgress(directory)
  }

  /** The steps that make has begun since the last look. */
  look(): readonly BegunStep[] {
    for (;;) {
      const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, this.#readBytes)
      if (length === 0) break
      this.#readBytes += length
      this.#torn += this.#buffer.toString('utf8', 0, length)
    }
    const end = this.#torn.lastIndexOf('\n') + 1
    const found = parseProgress(this.#torn.slice(0, end)).begun
    this.#torn = this.#torn.slice(end)
    this.begun.push(...found)
    return found
  }

  /** Steps that have ended, and are not yet known to be on disk. */
  get unkeptCount(): number {
    return Math.max(0, this.begun.length - 1 - this.#keptCount)
  }

  /** Brings what was done to the disk, then notes the steps that had ended: all but the last. DISK_FAILED: nothing of the run counts. */
  async keep(endedCount = this.begun.length - 1): Promise<void> {
    try {
      await syncDisks(this.#directory)
    } catch (error) {
      writeSync(this.#descriptor, progressLine.lost)
      throw error
    }
    const ended = this.begun.slice(this.#keptCount, endedCount)
    if (ended.length === 0) return
    writeSync(this.#descriptor, ended.map(({ name }) => progressLine.kept(name)).join(''))
    fsyncSync(this.#descriptor)
    this.#keptCount = endedCount
  }

  /** When all of the run is on disk and its end is recorded. */
  forget(): Promise<void> {
    return forgetProgress(this.#directory)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** The targets that are made together with one. */
export type Also = (step: string) => readonly string[]

/** The stamps that do not count, because the run that made them has no end. */
export function doubtfulStamps(directory: string, also: Also = () => []): readonly string[] {
  const text = noteIn(directory, progressName)
  if (text === undefined) return []
  const progress = parseProgress(text)
  const before = new Set(parseSince(noteIn(directory, sinceName)).sinceMsByName.keys())
  // A directory is a stamp to make when a step has its name.
  const begun = progress.begun.map(({ name }) => name).filter((name) => stampExists(directory, name))
  const stamps = [...new Set([...stampsIn(directory).map(({ name }) => name), ...begun])]
  return doubtful({ progress, stamps, before, boot: bootId(), also })
}

/** Removes them and makes the others count; their names, none also where the last run has an end. DISK_FAILED. */
export async function settleLeftRun(directory: string, also: Also): Promise<readonly string[]> {
  if (noteIn(directory, progressName) === undefined) return []
  const names = doubtfulStamps(directory, also)
  removeTargets(directory, names)
  await syncDisks(directory)
  await forgetProgress(directory)
  return names
}

/** The step that make is at, and since when; null between steps and where make does not tell. */
export function stepUnderWay(directory: string): { readonly name: string; readonly since: string } | null {
  const { boot, begun, end } = parseProgress(noteIn(directory, progressName) ?? '')
  const step = begun.at(-1)
  const nowS = upSeconds()
  if (step?.upS === undefined || nowS === undefined || end !== undefined || boot !== bootId()) return null
  return { name: step.name, since: new Date(Date.now() - (nowS - step.upS) * 1000).toISOString() }
}

const forgetProgress = (directory: string): Promise<void> => diskAtOnce.remove(join(directory, progressName))
