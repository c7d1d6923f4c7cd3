/**
 * Owner and mode, of an open file: the directory may belong to somebody who puts something else under the name meanwhile.
 */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, lchownSync, openSync, type Stats } from 'node:fs'
import { unwritable } from './place.io.ts'
import { type Attributes, identityOf, type Present } from './plan.ts'

/** Of a file that this program has made, or has looked at. */
export function giveAttributes(file: number, { mode, uid, gid }: Attributes): void {
  fchownSync(file, uid, gid)
  // After the owner: a change of owner takes the bits for set-user-ID away.
  fchmodSync(file, mode)
}

/** Of a directory that was made a moment ago. FILE_UNWRITABLE. */
export function giveNewDirectory(path: string, attributes: Attributes): void {
  const isOwn = (found: Stats): boolean => found.uid === process.geteuid?.()
  giveIf(path, constants.O_DIRECTORY, isOwn, attributes)
}

/** Of what was there already, and was looked at. FILE_UNWRITABLE. */
export function setAttributes(path: string, wanted: Attributes, present: Present): void {
  if (present.kind === 'symlink') {
    lchownSync(path, wanted.uid, wanted.gid)
    return
  }
  // Without it a pipe in the place of a file would be waited for.
  const flags = present.kind === 'directory' ? constants.O_DIRECTORY : constants.O_NONBLOCK
  giveIf(path, flags, (found) => identityOf(found) === present.identity, wanted)
}

function giveIf(path: string, flags: number, isRight: (found: Stats) => boolean, attributes: Attributes): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags)
  try {
    if (!isRight(fstatSync(file))) throw unwritable(`${path} was replaced meanwhile`)
    giveAttributes(file, attributes)
  } finally {
    closeSync(file)
  }
}
