/** What the disk of IS_HOME says of its room and of who may reach what lies there. */
import { type Stats, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface HomeFacts {
  readonly home: string
  readonly freeBytes: number
  readonly totalBytes: number
  /** What the file system can still name; undefined where it has no such limit. */
  readonly freeFiles: number | undefined
  /** What others than this host's user can read or change and must not, in words. */
  readonly open: readonly string[]
}

const keyName = 'conf/host.key'

export function homeFacts(home: string): HomeFacts {
  const { bavail, blocks, bsize, files, ffree } = statfsSync(home)
  const [homeStat, key] = [statSync(home), statSync(join(home, keyName), { throwIfNoEntry: false })]
  return {
    home,
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeFiles: files === 0 ? undefined : ffree,
    open: [...openText(home, homeStat, 0o022), ...(key ? openText(join(home, keyName), key, 0o077) : [])],
  }
}

function openText(path: string, { mode, uid }: Stats, closed: number): readonly string[] {
  const texts: string[] = []
  if ((mode & closed) !== 0) texts.push(`${path} has mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`)
  if (uid !== process.geteuid?.()) texts.push(`${path} belongs to user ${uid}`)
  return texts
}
