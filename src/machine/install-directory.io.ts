/** Putting a directory or a symbolic link in place. */
import { constants } from 'node:fs'
import { lchown, lstat, mkdir, open, symlink } from 'node:fs/promises'
import { type Install, installBeside, remarksOn, setAttributes, setLinkTime, toInstallFailure } from './install.io.ts'
import type { DirectoryAttributes, InstallReport, SymlinkAttributes } from './machine.ts'
import { numbersOf } from './owners.io.ts'

/** See {@link Machine.installDirectory}. */
export async function installDirectory(install: Install<DirectoryAttributes>): Promise<InstallReport> {
  const { path } = install.attributes
  const target = install.real(path)
  const found = await lstat(target).catch(() => undefined)
  if (!found) {
    return installBeside(install, async (beside) => {
      await mkdir(beside, { mode: 0o700 })
      await setAll(beside, install)
    })
  }
  try {
    if (!found.isDirectory()) throw new Error(`${found.isSymbolicLink() ? 'a symbolic link' : 'a file'} stands there`)
    await setAll(target, install)
  } catch (error) {
    throw toInstallFailure(path, error)
  }
  return { remarks: await remarksOn(install.attributes, install.ownerRule) }
}

async function setAll(path: string, install: Install<DirectoryAttributes>): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await setAttributes(handle, install)
  } finally {
    await handle.close()
  }
}

/** See {@link Machine.installSymlink}. */
export function installSymlink(install: Install<SymlinkAttributes>): Promise<InstallReport> {
  const { target, owner, mtimeMs } = install.attributes
  return installBeside(install, async (beside) => {
    await symlink(target, beside)
    const wanted = await numbersOf(owner, install.ownerRule)
    const found = await lstat(beside)
    if (found.uid !== wanted.uid || found.gid !== wanted.gid) await lchown(beside, wanted.uid, wanted.gid)
    await setLinkTime(beside, mtimeMs)
  })
}
