/**
 * Remembers, beside the keys, that they have closed the domain. So it stays closed if their file is lost between two
 * starts. To open it, write `+ANY+` into that file.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ClosedMark {
  isSet(): boolean
  /** The keys close the domain now, or open it on purpose. Throws as node:fs does. */
  note(closed: boolean): void
}

/** For a file that a setting names: the setting itself remembers that. */
export const neverClosed: ClosedMark = { isSet: () => false, note: () => undefined }

/** The mark of a host. */
export function closedMark(home: string): ClosedMark {
  const path = join(home, 'conf/closed')
  return {
    isSet: () => existsSync(path),
    note: (closed) => {
      if (!closed) rmSync(path, { force: true })
      else if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
    },
  }
}
