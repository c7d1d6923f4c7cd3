/** What isync does to each path: decided from what the tree has, what is there, and what isync put there before. */

/** What is compared: `sha256:HEX` of a file, `link:TARGET` of a symbolic link. */
export type Content = string

export const fileContent = (sha256: string): Content => `sha256:${sha256}`
export const linkContent = (target: string): Content => `link:${target}`

export interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** An entry of the tree as it is to be on this host. */
export interface Wanted extends Attributes {
  /** Below /, without the slash it begins with. */
  readonly path: string
  /** In the tree. */
  readonly source: string
  readonly kind: 'file' | 'symlink' | 'directory'
  /** Of a directory: empty. */
  readonly content: Content
  /** Whether the manifest says mode or owner; a directory that is there keeps its own otherwise. */
  readonly listed: boolean
}

/** What is at a path of this host. */
export interface Present extends Attributes {
  readonly kind: 'file' | 'symlink' | 'directory' | 'other'
  readonly content: Content
  /** Tells it from whatever is put under its name later. */
  readonly identity: string
}

/** Of a file that is not removed: its own as long as the host runs. */
export const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`

export type Action =
  /** Nothing is written. */
  | 'unchanged'
  /** Only mode and owner are set. */
  | 'attributes'
  /** It is made, or takes the place of what isync put there itself. */
  | 'install'
  /** It takes the place of a local change, of which a copy is kept. */
  | 'overwrite'
  /** There is a local change. */
  | 'refuse'
  /** There is a directory where the tree has a file, or the like: not even -o does that. */
  | 'conflict'

/** `installed` is what isync put there; `overwriting` is -o. */
export function actionFor(
  wanted: Wanted,
  present: Present | undefined,
  installed: readonly Content[],
  overwriting: boolean,
): Action {
  if (present === undefined) return 'install'
  if (wanted.kind === 'directory') return directoryAction(wanted, present)
  if (present.kind === 'directory' || present.kind === 'other') return 'conflict'
  if (present.content === wanted.content) {
    if (hasAttributes(wanted, present)) return 'unchanged'
    // Nobody can give away a link that is there, and know that it is still that link.
    return wanted.kind === 'symlink' ? 'install' : 'attributes'
  }
  if (installed.includes(present.content)) return 'install'
  return overwriting ? 'overwrite' : 'refuse'
}

function directoryAction(wanted: Wanted, present: Present): Action {
  if (present.kind !== 'directory') return 'conflict'
  return !wanted.listed || hasAttributes(wanted, present) ? 'unchanged' : 'attributes'
}

/** A symbolic link has no mode of its own. */
function hasAttributes(wanted: Wanted, present: Present): boolean {
  const hasMode = wanted.kind === 'symlink' || wanted.mode === present.mode
  return hasMode && wanted.uid === present.uid && wanted.gid === present.gid
}
