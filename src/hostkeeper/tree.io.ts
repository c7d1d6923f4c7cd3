/** A configuration tree as it lies on disk. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../base/index.ts'
import { readTextFile } from '../config/index.ts'
import { type HostsConf, type HostsFile, parseHostsConf } from './hosts-conf.ts'
import { treeNames } from './layout.ts'

/** hosts.conf and what is in hosts.conf.d. CONFIG when there is none, or for a mistake in it. */
export function readHostsConf(tree: string): HostsConf {
  return parseHostsConf(hostsFiles(tree))
}

function hostsFiles(tree: string): readonly HostsFile[] {
  const directory = join(tree, treeNames.hostsDirectory)
  const dropIns = namesIn(directory).filter((name) => name.endsWith('.conf'))
  return [join(tree, treeNames.hosts), ...dropIns.sort().map((name) => join(directory, name))].map((path) => {
    const text = readTextFile(path)
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
    throw error
  }
}
