/** What may replace what: a file or a link replaces a file or a link; a directory is only ever added to. */
import { unreachable } from '../base/index.ts'

export type FoundKind = 'file' | 'directory' | 'symlink' | 'other'

/** What stands in the way of what is to be installed, in words; undefined when it can be replaced, or nothing is there. */
export function kindObstacle(kind: Exclude<FoundKind, 'other'>, found: FoundKind | undefined): string | undefined {
  if (found === undefined) return undefined
  switch (found) {
    case 'directory':
      return kind === 'directory' ? undefined : 'a directory stands there'
    case 'symlink':
      return kind === 'directory' ? 'a symbolic link stands there' : undefined
    case 'file':
      return kind === 'directory' ? 'a file stands there' : undefined
    case 'other':
      return 'a device, a pipe or a socket stands there'
    default:
      return unreachable(found)
  }
}
