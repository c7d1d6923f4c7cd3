/**
 * That keys have closed the domain is remembered beside them: so it stays closed when their file is lost between two
 * starts. Who wants it open writes `+ANY+` into that file.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ClosedMark {
  isSet(): boolean
  /** The keys close the domain now, or open it on purpose. Throws as node:fs does. */
  note(closed: boolean): void
}

/** Of a file that a setting names: the setting itself remembers. */
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
