import { IsconfError } from '../../base/index.ts'
import type { RemovedPath, SnapAnswer, SnappedPath } from '../../control/index.ts'
import { count } from '../../terminal/index.ts'
import type { Verb } from '../verb.ts'

export const snapVerb: Verb = {
  name: 'snap',
  usage: 'snap [--latest|--delete] PATH...',
  summary: 'Record files, directories and links as they are now',
  help:
    'Keeps what is at each path: contents, mode, owner, modification time, extended attributes, access lists and ' +
    'capabilities; of a directory, all that is in it; of a symbolic link, the link. Either all of it is recorded or ' +
    'nothing. After ci, every other host of the branch puts it at the same paths when it comes to this point of the ' +
    'journal; what else is there stays. --delete removes what is at each path, here and there. With --latest a host ' +
    'that catches up installs the newest recorded version of these files at once instead of one after the other. ' +
    'A path that begins with a dash comes after --.',
  exits: [0, 1, 2, 220, 221],
  run: async ({ client, user, cwd, say, show }, words) => {
    const body = { user, cwd, ...parse(words) }
    const { snapped, removed } = (await client.post('/v1/snap', body, show)) as SnapAnswer
    for (const one of snapped) say(snappedText(one))
    for (const one of removed) say(removedText(one))
    return 0
  },
}

interface SnapWords {
  readonly paths: readonly string[]
  readonly latest?: true
  readonly remove?: true
}

function parse(words: readonly string[]): SnapWords {
  const options = new Set<string>()
  let from = 0
  for (; words[from]?.startsWith('-'); from += 1) {
    const word = words[from]
    if (word === '--') {
      from += 1
      break
    }
    if (word !== '--latest' && word !== '--delete') {
      throw new IsconfError('USAGE', `isconf snap takes no ${JSON.stringify(word)}`)
    }
    options.add(word)
  }
  const paths = words.slice(from)
  if (paths.length === 0) throw new IsconfError('USAGE', 'isconf snap: no path given')
  if (options.size > 1) throw new IsconfError('USAGE', 'isconf snap takes --latest or --delete, not both')
  return {
    paths,
    ...(options.has('--latest') ? { latest: true } : {}),
    ...(options.has('--delete') ? { remove: true } : {}),
  }
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
