/**
 * Hears when files may have changed, so that nobody has to look at them again and again. The kernel tells (inotify): of
 * the directory that a file is in, or will be in; of those that hold a symbolic link on the way to it; and of the file
 * itself, which may be mounted from elsewhere. A directory above these is not watched: whatever happens in /tmp or /var
 * would wake the daemon. Where the kernel doesn't hear of every change, as on network file systems, it is as if the
 * files had changed every few seconds.
 */
import { type FSWatcher, lstatSync, readlinkSync, statfsSync, watch } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Cancel, Clock } from '../base/index.ts'

/** Who writes a file does so in more than one step. */
const settleMs = 300
/** Where nobody tells: well within the 10 s in which the manual has new content count. */
const pollMs = 4_000
/** In any case, for what nobody tells: that something is mounted over a directory, or one further up is moved. */
const rarelyMs = 60_000
/** The kernel follows no more. */
const linksMax = 40

/** File systems whose changes are all made by this kernel, by the number that statfs(2) gives. */
const localTypes: ReadonlySet<number> = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0xca451a4e, 0x3153464a, 0x52654973], // ext, xfs, btrfs, zfs, f2fs, bcachefs, jfs, reiserfs
  ...[0x01021994, 0x858458f6, 0x794c7630, 0x73717368, 0xe0f5e1e2], // tmpfs, ramfs, overlayfs, squashfs, erofs
])

export interface FileWatchDeps {
  readonly clock: Clock
  /** The files, which need not exist, as they are called at this moment. */
  readonly paths: () => readonly string[]
  /** One of them may have changed, or be another one. */
  readonly changed: () => void
}

export class FileWatch {
  readonly #deps: FileWatchDeps
  #watchers: readonly FSWatcher[] = []
  #cancelWait: Cancel = () => undefined
  #isSettling = false
  #isPolling = false
  /** What was there when it began to watch. */
  #stamp = ''

  /** Watches until {@link close}. */
  constructor(deps: FileWatchDeps) {
    this.#deps = deps
    this.watchAgain()
  }

  /** Whether the kernel can't tell of every change. */
  get isPolling(): boolean {
    return this.#isPolling
  }

  /** The files may be called otherwise, or be reached by another way. */
  watchAgain(): void {
    this.close()
    const ways = this.#ways()
    const namesByDirectory = new Map<string, Set<string>>()
    for (const [directory, name] of ways.flat())
      namesByDirectory.set(directory, (namesByDirectory.get(directory) ?? new Set()).add(name))
    const files = ways.flatMap((way) => way.slice(-1).map(([directory, name]) => join(directory, name)))
    try {
      for (const [directory, names] of namesByDirectory) this.#watch(directory, (name) => names.has(name))
      for (const file of files) this.#watch(file, () => true)
      this.#isPolling = false
    } catch {
      // A network file system, or more watches than the kernel has.
      this.close()
      this.#isPolling = true
    }
    this.#stamp = stampOf(ways)
    this.#waitAtRest()
  }

  #ways(): readonly Way[] {
    return this.#deps.paths().map((path) => wayTo(resolve(path)))
  }

  close(): void {
    this.#cancelWait()
    this.#isSettling = false
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }

  #watch(path: string, isMeant: (name: string) => boolean): void {
    const type = typeOf(path)
    // What is not there yet is told of by the directory that it will be in.
    if (type === undefined) return
    if (!localTypes.has(type)) throw new Error(`the kernel does not tell of every change below ${path}`)
    const watcher = watch(path, { persistent: false }, (_, name) => {
      // Its own name tells that the directory itself was moved or removed.
      if (name === null || name === basename(path) || isMeant(name)) this.#heard()
    })
    watcher.on('error', () => this.#heard())
    this.#watchers = [...this.#watchers, watcher]
  }

  #heard(): void {
    if (this.#isSettling) return
    this.#cancelWait()
    this.#isSettling = true
    this.#cancelWait = this.#deps.clock.after(settleMs, () => this.#tell())
  }

  #waitAtRest(): void {
    this.#cancelWait = this.#deps.clock.after(this.#isPolling ? pollMs : rarelyMs, () => {
      if (this.#isPolling || stampOf(this.#ways()) !== this.#stamp) this.#tell()
      else this.#waitAtRest()
    })
  }

  /** Watches first and tells then, so that nothing is missed between the two. */
  #tell(): void {
    const { paths, changed } = this.#deps
    this.watchAgain()
    const before = paths().join('\0')
    changed()
    if (paths().join('\0') !== before) this.watchAgain()
  }
}

/** What decides where a path leads: the links on the way and the file, each by its directory and name. */
type Way = readonly (readonly [directory: string, name: string])[]

/** Changes whenever something else is there than before, or in the file. */
function stampOf(ways: readonly Way[]): string {
  const paths = new Set(ways.flat().flatMap(([directory, name]) => [`${directory}/.`, join(directory, name)]))
  return [...paths].map(lookOf).join('\0')
}

/** Of a directory only which one it is: things come and go in it that nobody asks for. */
function lookOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = lstatSync(path)
    return [path, dev, ino, ...(path.endsWith('/.') ? [] : [size, mtimeMs, ctimeMs])].join(':')
  } catch {
    return path
  }
}

/** Of a path that begins with /. */
function wayTo(path: string): Way {
  const todo = namesOf(path)
  const way: (readonly [string, string])[] = []
  let at = '/'
  for (let links = 0; links <= linksMax; ) {
    const name = todo.shift()
    if (name === undefined) break
    const next = join(at, name)
    if (todo.length > 0 && isDirectory(next)) {
      at = next
      continue
    }
    way.push([at, name])
    const target = linkAt(next)
    // The file, or the first that is missing on the way to it.
    if (target === undefined) break
    links += 1
    todo.unshift(...namesOf(target))
    if (target.startsWith('/')) at = '/'
  }
  return way
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function isDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Undefined where nothing is that can be looked at. */
function typeOf(path: string): number | undefined {
  try {
    return statfsSync(path).type
  } catch {
    return undefined
  }
}
