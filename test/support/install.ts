/** Installing one entry on its own. */

import { Walk } from '../../src/base/walk.io.ts'
import type { Install, Installing } from '../../src/machine/install.io.ts'
import { installingDirectory, installingSymlink } from '../../src/machine/install-directory.io.ts'
import { installingFile } from '../../src/machine/install-file.io.ts'
import { installTogether } from '../../src/machine/install-together.io.ts'
import type {
  DirectoryAttributes,
  EntryAttributes,
  FileAttributes,
  InstallReport,
  SymlinkAttributes,
} from '../../src/machine/machine.ts'
import { OwnerNumbers, type OwnerRule } from '../../src/machine/owners.io.ts'
import { Staging } from '../../src/machine/temporary-files.io.ts'

/** What is installed where, and whether names or numbers rule. */
export interface InstallOne<Attributes extends EntryAttributes>
  extends Omit<Install<Attributes>, 'numbersOf' | 'staging' | 'walk' | 'kept'> {
  readonly ownerRule: OwnerRule
}

export interface InstallFile extends InstallOne<FileAttributes> {
  readonly content: AsyncIterable<Uint8Array>
  readonly sha256: string
}

export async function installFile(install: InstallFile): Promise<InstallReport> {
  return alone(installingFile({ ...(await withNumbers(install)), content: () => install.content }))
}

export async function installDirectory(install: InstallOne<DirectoryAttributes>): Promise<InstallReport> {
  return alone(installingDirectory(await withNumbers(install)))
}

export async function installSymlink(install: InstallOne<SymlinkAttributes>): Promise<InstallReport> {
  return alone(installingSymlink(await withNumbers(install)))
}

async function withNumbers<One extends InstallOne<EntryAttributes>>(
  install: One,
): Promise<One & Pick<Installing, 'numbersOf' | 'staging' | 'walk' | 'kept'>> {
  const { owner, parents } = install.attributes
  const owners = [owner, ...parents.map((parent) => parent.owner)]
  const walk = new Walk(install.real('/'))
  const numbersOf = await new OwnerNumbers().of(owners, install.ownerRule)
  return { ...install, walk, numbersOf, staging: new Staging(), kept: install.real('/kept') }
}

async function alone(installing: Installing): Promise<InstallReport> {
  const [report] = await installTogether([installing]).finally(() => installing.walk.close())
  if (!report) throw new Error('nothing was installed, and nothing was said')
  return report
}
