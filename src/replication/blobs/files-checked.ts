/**
 * Up to where all files that a journal names were found in the store, noted beside the journal, so that a start looks
 * only at what comes after. If the note is lost, that only costs time.
 */
import type { ChangesetId, Disk } from '../../base/index.ts'
import type { Branch } from '../../branch/index.ts'

/** The sequence number of the last changeset up to which all files were here; 0 if none is noted. */
export async function filesCheckedUpTo(disk: Disk, branch: Branch): Promise<number> {
  const note = await disk.readFile(notePath(branch))
  const id = note ? Buffer.from(note).toString('utf8').trim() : ''
  return branch.journal.sequenceOf(id as ChangesetId) ?? 0
}

/** Notes that every file that the journal names is here. */
export async function noteFilesChecked(disk: Disk, branch: Branch): Promise<void> {
  await disk.replaceFile(notePath(branch), `${branch.journal.head}\n`)
}

function notePath(branch: Branch): string {
  return `${branch.directory}/files-checked`
}
