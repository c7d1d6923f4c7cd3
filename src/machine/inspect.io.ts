/** Looking at a path for a snapshot: first at everything, so that what can't be recorded is refused, then at the bytes. */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { dirname, posix } from 'node:path'
import { IsconfError } from '../base/index.ts'
import { contentOf, goneOrUnreadable, refuseChanged, unreadable, wentAway } from './file-content.io.ts'
import { fileSystemKind } from './file-systems.io.ts'
import { HardLinks } from './hard-links.ts'
import { leftOutText, refuseHostsOwn } from './hosts-own-paths.ts'
import type { Entry, Inspection, ParentAttributes, Xattrs } from './machine.ts'
import { OwnerNames } from './owners.io.ts'
import type { ProtectedPaths } from './protected-paths.io.ts'
import { recordableTime, refuseKind, refuseSize } from './recordable-kind.io.ts'
import { readXattrs, whyNoXattrs } from './xattrs.io.ts'

/** Entries of one tree: even of the shortest operations no more fit a changeset. */
const entriesMax = 60_000
const permissionBits = 0o7777n
/** The unit in which a file's room on the disk is told. */
const blockBytes = 512n

export interface InspectOptions {
  /** Where a journal path is on this machine. */
  readonly real: (path: string) => string
  readonly protectedPaths: ProtectedPaths
}

/** See {@link Machine.refuseSnapshot}. */
export async function refuseSnapshot(path: string, options: InspectOptions): Promise<void> {
  await lookAtTop(path, options)
}

/** See {@link Machine.inspect}. */
export async function inspect(path: string, options: InspectOptions, links = new HardLinks()): Promise<Inspection> {
  const { real } = options
  const survey = new Survey(real, links)
  const { top, remarks: onTop } = await lookAtTop(path, options)
  survey.remarks.push(...onTop)
  await survey.add(path, top, await survey.parentsOf(path))
  await survey.owners.fill()
  const { entries, remarks } = survey
  const why = whyNoXattrs()
  if (why !== undefined) remarks.push(`extended attributes, ACLs and capabilities are left out: ${why}`)
  return {
    entries,
    remarks,
    read: ({ path: file }) => contentOf(file, survey.seen(file), real(file)),
    confirm: () => confirm(entries, survey, real),
  }
}

/** What stands at a path, when it can be recorded at all. */
async function lookAtTop(
  path: string,
  { real, protectedPaths }: InspectOptions,
): Promise<{ readonly top: BigIntStats; readonly remarks: readonly string[] }> {
  await protectedPaths.refuseSnapshot(path)
  refuseHostsOwn(path)
  const top = await lstatOf(path, real)
  refuseKind(path, top)
  // Of a link, where the link is: what it leads to is not recorded.
  const kind = await fileSystemKind(real(top.isSymbolicLink() ? dirname(path) : path))
  if (kind?.kind === 'pseudo') {
    throw new IsconfError(
      'NOT_A_FILE',
      `${path} is on ${kind.name}, a pseudo file system: an answer of this host's kernel`,
      {
        hint: 'to set it on every host, use a command or a file, for example below /etc/sysctl.d',
      },
    )
  }
  const remarks = kind
    ? [`${path} is on ${kind.name}, which other machines share: every host writes it to what it has there`]
    : []
  return { top, remarks }
}

function lstatOf(path: string, real: InspectOptions['real']): Promise<BigIntStats> {
  return lstat(real(path), { bigint: true }).catch((error) => unreadable(path, error))
}

/** Goes through a tree once; what each entry was then is what it must still be when it is recorded. */
class Survey {
  readonly #real: (path: string) => string
  readonly #links: HardLinks
  readonly #statByPath = new Map<string, BigIntStats>()
  readonly entries: Entry[] = []
  readonly remarks: string[] = []
  /** They get their names at the end. */
  readonly owners = new OwnerNames()

  constructor(real: (path: string) => string, links: HardLinks) {
    this.#real = real
    this.#links = links
  }

  seen(path: string): BigIntStats {
    const found = this.#statByPath.get(path)
    if (!found) throw new IsconfError('FILE_CHANGED', `${path} was not there before`)
    return found
  }

  async add(path: string, found: BigIntStats, parents: readonly ParentAttributes[]): Promise<void> {
    if (this.#statByPath.size >= entriesMax) {
      throw new IsconfError(
        'WIP_FULL',
        `a changeset has no room for more than ${entriesMax} entries: stopped at ${path}`,
        {
          hint: 'snap one part of the tree at a time, and check in after each',
        },
      )
    }
    refuseKind(path, found)
    this.#statByPath.set(path, found)
    const owner = this.owners.of(Number(found.uid), Number(found.gid))
    const mode = Number(found.mode & permissionBits)
    const { timeMs: mtimeMs, remark } = recordableTime(path, found.mtimeMs)
    if (remark !== undefined) this.remarks.push(remark)
    const common = { path, owner, mtimeMs, parents }
    if (found.isFile()) {
      refuseSize(path, found.size)
      const isSparse = found.blocks * blockBytes < found.size
      const sizeBytes = Number(found.size)
      const sparse = isSparse ? { sparse: true as const } : {}
      const other =
        found.nlink > 1n ? this.#links.note(`${found.dev}:${found.ino}`, Number(found.nlink), path) : undefined
      const hardlink = other === undefined ? {} : { hardlink: other }
      this.entries.push({ ...common, kind: 'file', mode, sizeBytes, ...this.#xattrsOf(path), ...sparse, ...hardlink })
    } else if (found.isSymbolicLink()) {
      this.entries.push({ ...common, kind: 'symlink', target: await this.#targetOf(path) })
    } else {
      const above = path === '/' ? [] : [...parents, { path, mode, owner }]
      for (const name of await this.#namesIn(path)) await this.#addBelow(posix.join(path, name), found, above)
      this.entries.push({ ...common, kind: 'directory', mode, ...this.#xattrsOf(path) })
    }
  }

  async parentsOf(path: string): Promise<ParentAttributes[]> {
    const parents: ParentAttributes[] = []
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
      const { mode, uid, gid } = await stat(this.#real(parent))
      parents.unshift({ path: parent, mode: mode & 0o7777, owner: this.owners.of(uid, gid) })
    }
    return path === '/' ? [] : parents
  }

  #xattrsOf(path: string): { readonly xattrs?: Xattrs } {
    const xattrs = readXattrs(this.#real(path), path)
    return xattrs === undefined ? {} : { xattrs }
  }

  async #addBelow(path: string, directory: BigIntStats, parents: readonly ParentAttributes[]): Promise<void> {
    const why = leftOutText(path)
    if (why !== undefined) return void this.remarks.push(why)
    const found = await lstatOf(path, this.#real).catch((error: IsconfError) => {
      throw error.code === 'NO_SUCH_FILE' ? wentAway(path) : error
    })
    if (found.dev !== directory.dev && (await this.#leavesOutMounted(path))) return
    await this.add(path, found, parents)
  }

  /** Whether what is mounted at a path is no part of the tree; says what it is. */
  async #leavesOutMounted(path: string): Promise<boolean> {
    const kind = await fileSystemKind(this.#real(path))
    if (kind?.kind === 'pseudo') {
      this.remarks.push(`${path} is ${kind.name}, a pseudo file system: left out`)
      return true
    }
    const what = kind ? `${kind.name}, which other machines share` : 'another file system'
    this.remarks.push(`${path} is ${what}: taken as it is`)
    return false
  }

  async #namesIn(path: string): Promise<readonly string[]> {
    const names = await readdir(this.#real(path), { encoding: 'buffer' }).catch((error) => unreadable(path, error))
    return names.sort(Buffer.compare).map((name) => textOf(name, `${path} holds a name that`))
  }

  async #targetOf(path: string): Promise<string> {
    const target = await readlink(this.#real(path), { encoding: 'buffer' }).catch((error) => unreadable(path, error))
    return textOf(target, `${path} is a symbolic link whose target`)
  }
}

/** The journal is text. */
function textOf(bytes: Buffer, what: string): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  throw new IsconfError('NOT_A_FILE', `${what} is not UTF-8: ${JSON.stringify(text)}`)
}

async function confirm(entries: readonly Entry[], survey: Survey, real: (path: string) => string): Promise<void> {
  for (const entry of entries) {
    const { path } = entry
    // What is read is looked at when it is.
    if (entry.kind === 'file' && entry.hardlink === undefined) continue
    const found = await lstat(real(path), { bigint: true }).catch((error) => goneOrUnreadable(path, error))
    refuseChanged(path, survey.seen(path), found)
  }
}
