/** What `hostkeeper lint` has to say about what isync would install. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../config/index.ts'
import { treeNames } from '../program/index.ts'
import { openTree, otherHosts } from './source.io.ts'
import { namesForHost, variantOf } from './variants.ts'

/**
 * Names that end in a host's name, where a reader could take them for something else: nothing goes to all hosts under
 * that name. CONFIG for a mistake in the manifest or in hosts.conf.
 */
export function lintFiles(tree: string): readonly Finding[] {
  const top = join(tree, treeNames.files)
  if (!existsSync(top)) return []
  const hosts = { own: [], others: otherHosts({ tree, hostNames: [] }) }
  const { manifest } = openTree(tree)
  const findings: Finding[] = []
  const look = (path: string): void => {
    const entries = readdirSync(join(top, path), { withFileTypes: true })
    const names = entries.map(({ name }) => name).sort()
    const isListed = (name: string): boolean => manifest.lists(join(path, name))
    const { leftOut } = namesForHost(names, hosts, isListed)
    for (const { name, file } of names.filter((one) => !isListed(one)).map((one) => variantOf(one, hosts))) {
      if (file === undefined || names.includes(file) || isListed(file)) continue
      const others = leftOut.includes(name) ? 'no other host has it' : 'all others have it as it is called'
      findings.push(eitherWay(tree, join(path, name), join(path, file), others))
    }
    for (const entry of entries) if (entry.isDirectory()) look(join(path, entry.name))
  }
  look('')
  return findings
}

function eitherWay(tree: string, path: string, file: string, others: string): Finding {
  const host = JSON.stringify(path.slice(file.length + 1))
  const message = `${host} is a host, which gets this as ${file}; ${others}: a line for ${file} or for ${path} in the manifest says which is meant`
  return { severity: 'warning', file: join(tree, treeNames.files, path), line: null, message }
}
