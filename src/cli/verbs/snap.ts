import type { RemovedPath, SnapAnswer, SnapBody, SnappedPath } from '../../control/index.ts'
import { aFile, count, flag, words } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const snapVerb = verb({
  name: 'snap',
  summary: 'Record files, directories and links as they are now',
  help:
    'Records what is at each path: contents, mode, owner, modification time, extended attributes, access lists ' +
    'and capabilities. A directory is recorded with everything in it, except what the kernel mounts there, such ' +
    'as /proc; a symbolic link is recorded as a link, and hard links stay hard links. Records all of it or ' +
    'nothing. After ci, every other host of the branch installs it at the same paths when it gets to this point ' +
    'of the journal, and leaves everything else there alone. Of a directory that was ' +
    'recorded before, what is gone here since is named, and nothing recorded until --mirror or --keep says what the ' +
    'other hosts do with it. Put -- before a path that begins with a dash.',
  exits: [0, 1, 2, 220, 221],
  options: {
    latest: flag('--latest', 'hosts that catch up install only the newest version, at once'),
    mirror: flag('--mirror', 'have the other hosts remove what was recorded before and is gone here'),
    keep: flag('--keep', 'leave on the other hosts what was recorded before and is gone here'),
    remove: flag('--delete', 'remove what is there, here and on every other host'),
  },
  exclusive: ['latest', 'mirror', 'keep', 'remove'],
  arguments: { paths: words('PATH', 'what to record', aFile) },
  // A name that the shell found must never remove anything.
  passThrough: true,
  run: async ({ client, user, cwd, say, show }, { latest, mirror, keep, remove, paths }) => {
    const body = { user, cwd, paths, ...(latest && { latest }), ...goneOf(mirror, keep), ...(remove && { remove }) }
    const { snapped, removed } = (await client.post('/v1/snap', body, show)) as SnapAnswer
    for (const one of snapped) say(snappedText(one))
    for (const one of removed) say(removedText(one))
    return 0
  },
})

function goneOf(mirror: boolean | undefined, keep: boolean | undefined): Pick<SnapBody, 'gone'> {
  if (mirror) return { gone: 'mirror' }
  return keep ? { gone: 'keep' } : {}
}

function snappedText({ path, kind, target, sizeBytes, files, directories, symlinks }: SnappedPath): string {
  if (kind === 'file') return `snapped ${path} (${sizeBytes} bytes)`
  if (kind === 'symlink') return `snapped ${path} -> ${target}`
  const counts = [
    ...(files > 0 ? [count(files, 'file')] : []),
    directories === 1 ? '1 directory' : `${directories} directories`,
    ...(symlinks > 0 ? [count(symlinks, 'symbolic link')] : []),
  ]
  return `snapped ${path}: ${counts.join(', ')} (${sizeBytes} bytes)`
}

function removedText({ path, here }: RemovedPath): string {
  return here ? `removed ${path}` : `recorded the removal of ${path}, which is not here`
}
