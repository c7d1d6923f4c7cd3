/** Looking at a path for a snapshot: first at everything, so that what can't be recorded is refused, then at the bytes. */
import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import { IsconfError } from '../base/index.ts'
import { type Walk, walking } from '../base/walk.io.ts'
import { contentOf, goneOrUnreadable, refuseChanged, unreadable } from './file-content.io.ts'
import { fileSystemKind } from './file-systems.io.ts'
import { HardLinks } from './hard-links.ts'
import { refuseHostsOwn } from './hosts-own-paths.ts'
import type { Inspection, Entry as RecordedEntry } from './machine.ts'
import type { ProtectedPaths } from './protected-paths.io.ts'
import { refuseKind } from './recordable-kind.io.ts'
import { Survey } from './survey.io.ts'
import { whyNoXattrs } from './xattrs.io.ts'

export interface InspectOptions {
  /** Where a journal path is on this machine. */
  readonly real: (path: string) => string
  readonly protectedPaths: ProtectedPaths
}

/** See {@link Machine.refuseSnapshot}. */
export async function refuseSnapshot(path: string, options: InspectOptions): Promise<void> {
  await walking(options.real('/'), (walk) => lookAtTop(path, options, walk))
}

/** See {@link Machine.inspect}. */
export async function inspect(path: string, options: InspectOptions, links = new HardLinks()): Promise<Inspection> {
  const survey = new Survey(links)
  await walking(options.real('/'), async (walk) => {
    const { entry, top, remarks } = await lookAtTop(path, options, walk)
    survey.remarks.push(...remarks)
    await survey.add(path, top, await survey.parentsOf(path, walk), entry)
  })
  await survey.owners.fill()
  const { entries, remarks } = survey
  const why = whyNoXattrs()
  if (why !== undefined) remarks.push(`extended attributes, ACLs and capabilities are left out: ${why}`)
  return {
    entries,
    remarks,
    read: ({ path: file }) => {
      const { found, place } = survey.seen(file)
      return contentOf(file, found, place)
    },
    confirm: () => confirm(entries, survey),
  }
}

interface Top {
  readonly entry: Entry
  readonly top: BigIntStats
  readonly remarks: readonly string[]
}

/** What stands at a path, when it can be recorded at all. */
async function lookAtTop(path: string, { protectedPaths }: InspectOptions, walk: Walk): Promise<Top> {
  await protectedPaths.refuseSnapshot(path)
  refuseHostsOwn(path)
  const entry = await walk.entry(path).catch((error) => unreadable(path, error))
  const top = await lstat(entry.at, { bigint: true }).catch((error) => unreadable(path, error))
  refuseKind(path, top)
  // Of a link, where the link is: what it leads to is not recorded.
  const kind = await fileSystemKind(top.isSymbolicLink() ? entry.directory.self : entry.at)
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
  return { entry, top, remarks }
}

async function confirm(entries: readonly RecordedEntry[], survey: Survey): Promise<void> {
  for (const entry of entries) {
    const { path } = entry
    // What is read is looked at when it is.
    if (entry.kind === 'file' && entry.hardlink === undefined) continue
    const { found: before, place } = survey.seen(path)
    const found = await lstat(place, { bigint: true }).catch((error) => goneOrUnreadable(path, error))
    refuseChanged(path, before, found)
  }
}
