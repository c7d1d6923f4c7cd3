/** Archives, by tar, which knows itself how one is compressed. */
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { treeNames } from '../program/index.ts'
import { runCommand } from './command.io.ts'
import type { SourceContext } from './source.ts'

/** Unpacks the archive into an empty directory. SOURCE_FAILED for one that is damaged, or that leaves the directory. */
export async function unpack(
  archive: string,
  into: string,
  context: Pick<SourceContext, 'settings' | 'environment' | 'signal' | 'scratch'> & { readonly address: string },
): Promise<void> {
  const environment = { LC_ALL: 'C', TAR_OPTIONS: '' }
  // Verbose, so that it is not taken for one that hangs.
  const words = ['--extract', '--verbose', '--file', archive, '--directory', into]
  const command = ['tar', ...words, '--no-same-owner', '--preserve-permissions']
  await runCommand(command, { address: context.address, environment }, context)
  await withoutTopDirectory(into, context.scratch)
}

/** An archive with one directory that holds everything, as `git archive --prefix` makes it, is that directory. */
async function withoutTopDirectory(into: string, scratch: string): Promise<void> {
  const [only, ...others] = await readdir(into)
  if (only === undefined || others.length > 0 || only === treeNames.hosts) return
  if (!(await lstat(join(into, only))).isDirectory()) return
  const top = join(scratch, 'top')
  await rename(join(into, only), top)
  await rm(into, { recursive: true })
  await rename(top, into)
}
