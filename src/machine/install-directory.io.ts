/** Putting a directory or a symbolic link in place. */
import { constants } from 'node:fs'
import { lchown, lstat, mkdir, open, symlink } from 'node:fs/promises'
import {
  type Install,
  type Installing,
  type Prepared,
  prepareBeside,
  setAttributes,
  setLinkTime,
} from './install.io.ts'
import type { DirectoryAttributes, SymlinkAttributes } from './machine.ts'
import { refuseOtherKind } from './replacing.io.ts'

/** Makes a directory, or gives an existing one these attributes; what is in it stays. */
export function installingDirectory(install: Install<DirectoryAttributes>): Installing {
  return { ...install, prepare: () => prepareDirectory(install) }
}

async function prepareDirectory(install: Install<DirectoryAttributes>): Promise<Prepared> {
  const target = await install.walk.entry(install.attributes.path)
  const found = await lstat(target.at).catch(() => undefined)
  if (!found) {
    return prepareBeside(target, 'directory', install, async (beside) => {
      await mkdir(beside, { mode: 0o700 })
      await setAll(beside, install, true)
    })
  }
  refuseOtherKind(target, 'directory')
  // What its owner may not read is not opened again to be synced with others.
  const isReadable = (install.attributes.mode & 0o400) !== 0
  return {
    place: async () => {
      // All that came to a place in it stands before it in the order; to remove this later would change its time.
      await install.staging.leave(target.path)
      await setAll(target.at, install, !isReadable)
    },
    directory: isReadable ? target.at : target.directory.self,
    discard: async () => undefined,
  }
}

async function setAll(path: string, install: Install<DirectoryAttributes>, sync: boolean): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await setAttributes(handle, install)
    if (sync) await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a symbolic link in the place of whatever is there, except a directory. */
export function installingSymlink(install: Install<SymlinkAttributes>): Installing {
  const { target, owner, mtimeMs, path } = install.attributes
  const write = async (beside: string): Promise<void> => {
    await symlink(target, beside)
    const wanted = install.numbersOf(owner)
    const found = await lstat(beside)
    if (found.uid !== wanted.uid || found.gid !== wanted.gid) await lchown(beside, wanted.uid, wanted.gid)
    await setLinkTime(beside, mtimeMs)
  }
  return { ...install, prepare: async () => prepareBeside(await install.walk.entry(path), 'symlink', install, write) }
}
