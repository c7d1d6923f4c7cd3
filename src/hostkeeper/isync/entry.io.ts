/** One entry: made in a directory that nobody else may enter, or given mode and owner where it is. */
import { closeSync, constants, openSync, readlinkSync } from 'node:fs'
import { lchown, open, symlink } from 'node:fs/promises'
import type { Entry } from '../../base/directory.io.ts'
import { errnoCode, IsconfError } from '../../base/index.ts'
import { setModeAndOwner } from '../../machine/index.ts'
import { asItIs, hashOf, writeAll } from '../program/index.ts'
import { unwritable } from './place.io.ts'
import { type Attributes, fileContent, identityOf, type Present, type Wanted } from './plan.ts'

/** Nobody may write to an immutable file, nor put another one in its place. Fails as node:fs does. */
export function mustBeReplaceable({ at }: Entry, present: Present | undefined): void {
  if (present?.kind !== 'file') return
  try {
    closeSync(openSync(at, asItIs | constants.O_WRONLY))
  } catch (error) {
    // All others, a program that runs among them, are replaced.
    if (errnoCode(error) === 'EPERM') throw error
  }
}

/** Of what was there already, and was looked at. FILE_UNWRITABLE when something else has taken its place. */
export async function setAttributes({ at, path }: Entry, wanted: Attributes, present: Present): Promise<void> {
  const handle = await open(at, asItIs)
  try {
    if (identityOf(await handle.stat()) !== present.identity) throw unwritable(`${path} was replaced meanwhile`)
    await setModeAndOwner(handle, wanted)
  } finally {
    await handle.close()
  }
}

/** FILE_CHANGED when it is not what was planned. */
export async function makeEntry(wanted: Wanted, beside: string): Promise<void> {
  if (wanted.kind === 'symlink') {
    await symlink(readlinkSync(wanted.source), beside)
    return lchown(beside, wanted.uid, wanted.gid)
  }
  const handle = await open(beside, 'wx', 0o600)
  try {
    const sha256 = hashOf(wanted.source, (bytes) => writeAll(handle.fd, bytes))
    if (fileContent(sha256) !== wanted.content) {
      const hint = 'nothing was installed; run isync again'
      throw new IsconfError('FILE_CHANGED', `${wanted.source} changed while it was read`, { hint })
    }
    await setModeAndOwner(handle, wanted)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
