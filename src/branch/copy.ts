/** Copying a journal into the directory of another branch: a fork, and what others do when they hear of one. */
import type { Disk } from '../base/index.ts'
import type { Journal } from '../journal/index.ts'

/** Names of copies that wait for their place; what a crash leaves of them is overwritten by the next copy. */
export const forkName = 'forked-journal'
export const heardName = 'heard-journal'

/**
 * Writes the first `length` changesets of `journal` to `path`, which is in the
 * directory of the branch that is to begin with them; `path`. The note of what
 * was checked goes with them, so that nothing is checked twice.
 */
export async function copyBeside(disk: Disk, journal: Journal, length: number, path: string): Promise<string> {
  await journal.saveCheckpoint()
  const note = await disk.readFile(`${journal.path}.checked`)
  // A note that is of other bytes than the journal beside it counts for nothing.
  if (note) await disk.replaceFile(`${path.slice(0, path.lastIndexOf('/'))}/journal.checked`, note)
  await journal.copyTo(path, length)
  return path
}
