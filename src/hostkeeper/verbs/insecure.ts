/** What has to be said of a source as often as it is used. */
import type { ProgramContext } from '../program/index.ts'
import { shownAddress, unvouchedBy } from '../sources/index.ts'

/** Says that nobody vouches for the tree, where the settings take it all the same. */
export function sayUnvouched({ settings, say }: ProgramContext): void {
  const { source, insecure } = settings
  const by = source === undefined || insecure === 'no' ? undefined : unvouchedBy(source, settings)
  if (source !== undefined && by !== undefined)
    say(`anybody on the way could have changed the tree of ${shownAddress(source)} (HOSTKEEPER_INSECURE)`)
}
