/** Reads the packages of a tree, and puts the makefile in its place. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { readGeneratedText } from '../../config/index.ts'
import { treeNames, writeWhole } from '../program/index.ts'
import { namesIn } from '../tree/index.ts'
import { generatedMark, generateMakefile, ownMakefile } from './generate.ts'
import { type Package, parsePackage } from './package-file.ts'

/** Nobody describes more by hand; the makefile has to be read by make on every host at every boot. */
const packagesMax = 10_000

/** The makefile of a tree. CONFIG, with file and line. */
export function makefileOf(tree: string): string {
  const directory = join(tree, treeNames.packageFiles)
  const files = namesIn(directory).filter((name) => /\.ya?ml$/.test(name))
  if (files.length === 0) {
    const hint = 'each package is described in a file of its own; see STRUCTURED INPUT in hostkeeper(8)'
    throw new IsconfError('CONFIG', `there are no packages in ${directory}`, { hint })
  }
  if (files.length > packagesMax) throw new IsconfError('CONFIG', `${directory} has more than ${packagesMax} packages`)
  const packages = files.map((file) => {
    const text = readGeneratedText(join(directory, file)) ?? ''
    return parsePackage(file.replace(/\.ya?ml$/, ''), text, `${treeNames.packageFiles}/${file}`)
  })
  for (const one of packages) checkFiles(tree, one)
  return generateMakefile(packages, existsSync(join(tree, ownMakefile)))
}

/** What isync would look for on a host: the file, or one for some host. */
function checkFiles(tree: string, { files }: Package): void {
  for (const { text, place } of files) {
    const path = join(tree, treeNames.files, text)
    const slash = path.lastIndexOf('/')
    const variant = `${path.slice(slash + 1)}.`
    if (existsSync(path) || namesIn(path.slice(0, slash)).some((name) => name.startsWith(variant))) continue
    throw new IsconfError('CONFIG', `${place}: the tree has no ${join(treeNames.files, text)}`)
  }
}

/** Whether a file is as it would be written. CONFIG. */
export const isUpToDate = (path: string, makefile: string): boolean => readGeneratedText(path) === makefile

/** FILE_EXISTS for a file that somebody wrote; FILE_UNWRITABLE. */
export async function writeMakefile(path: string, makefile: string): Promise<void> {
  const before = readGeneratedText(path)
  if (before === makefile) return
  if (before !== undefined && !before.startsWith(generatedMark)) {
    const hint = 'move it away, or name another file and include that'
    throw new IsconfError('FILE_EXISTS', `${path} was not written by hostkeeper generate`, { hint })
  }
  await writeWhole(path, makefile)
}
