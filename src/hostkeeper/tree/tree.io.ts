/** A configuration tree as it lies on disk. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { asConfigError, type Finding, readGeneratedText } from '../../config/index.ts'
import { type HostsConf, type HostsFile, lintHostsFiles, parseHostsConf } from '../hosts-conf/index.ts'
import { treeNames } from '../program/index.ts'

/** hosts.conf and what is in hosts.conf.d. CONFIG when there is none, or for a mistake in it. */
export function readHostsConf(tree: string): HostsConf {
  return parseHostsConf(hostsFiles(tree))
}

/** As {@link readHostsConf}, with everything there is to say about the files; fails only when one can't be read. CONFIG. */
export function lintHosts(tree: string): { readonly conf: HostsConf; readonly findings: readonly Finding[] } {
  return lintHostsFiles(hostsFiles(tree))
}

/** Each may be as large as a configuration file can be, and all are in memory at once. */
const dropInsMax = 1000

function hostsFiles(tree: string): readonly HostsFile[] {
  const directory = join(tree, treeNames.hostsDirectory)
  // Editors keep what they have not saved beside it, in names that begin with a dot.
  const dropIns = namesIn(directory).filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
  if (dropIns.length > dropInsMax)
    throw new IsconfError('CONFIG', `${directory} has ${dropIns.length} files, more than ${dropInsMax}`)
  return [join(tree, treeNames.hosts), ...dropIns.sort().map((name) => join(directory, name))].map((path) => {
    const text = readGeneratedText(path)
    if (text === undefined) throw new IsconfError('CONFIG', `cannot read ${path}: no such file`)
    return { path, text }
  })
}

/** The names in a directory; none when it is not there. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw asConfigError(directory, error)
  }
}
