/** What the tree has for the words of the command line, as it is to be on this host. */
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { foldedHostName, readGeneratedText } from '../../config/index.ts'
import { defaultEntry, macroNames } from '../hosts-conf/index.ts'
import { hashOf, treeNames } from '../program/index.ts'
import { namesIn, readHostsConf, treeEntriesMax } from '../tree/index.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import type { OwnerOf } from './owner.io.ts'
import { fileContent, linkContent, type Wanted } from './plan.ts'
import { type HostsOfTree, namesForHost } from './variants.ts'

const permissionBits = 0o7777
/** What a directory is made with that the manifest does not list. A checkout keeps no modes of directories. */
export const directoryMode = 0o755

export interface Sources {
  readonly tree: string
  readonly manifest: Manifest
  /** What this host is called, the full name first. */
  readonly hostNames: readonly string[]
  readonly ownerOf: OwnerOf
}

/** NO_SUCH_FILE when there is no tree; CONFIG for a mistake in the manifest. */
export function openTree(path: string): { readonly tree: string; readonly manifest: Manifest } {
  if (!existsSync(path)) {
    const hint = 'fetch it with `hostkeeper update`, or start one with `hostkeeper init`'
    throw new IsconfError('NO_SUCH_FILE', `there is no configuration tree at ${path}`, { hint })
  }
  // As one tree to the end, also when the host is switched to the next one meanwhile.
  const tree = realpathSync(path)
  const manifest = join(tree, treeNames.manifest)
  return { tree, manifest: parseManifest(readGeneratedText(manifest) ?? '', manifest) }
}

/** Below `files/`, from a word that is absolute or relative. USAGE. */
export function pathFromWord(word: string): string {
  const names = word.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..') || word === '' || /[\0\n]/.test(word)) {
    const hint = 'name a file as it lies below files/ of the tree: etc/ntp.conf'
    throw new IsconfError('USAGE', `isync cannot install ${JSON.stringify(word)}`, { hint })
  }
  return names.join('/')
}

/** What is asked for, as it is to be on this host. */
export interface WantedFiles {
  /** Directories before what is in them, each once. */
  readonly wanted: readonly Wanted[]
  /** Paths in the tree that are for other hosts. */
  readonly leftOut: readonly string[]
}

/** NO_SUCH_FILE. */
export function wantedFor(sources: Sources, paths: readonly string[]): WantedFiles {
  const wanted = new Map<string, Wanted>()
  const leftOut: string[] = []
  let hosts: HostsOfTree | undefined
  const add = (path: string, source: string, stat: Stats): void => {
    const entry = entryOf(sources, path, source, stat)
    if (path !== '' && !wanted.has(path)) wanted.set(path, entry)
    if (wanted.size > treeEntriesMax) throw new IsconfError('USAGE', `${path}: more than ${treeEntriesMax} entries`)
    if (!stat.isDirectory()) return
    hosts ??= { own: sources.hostNames, others: otherHosts(sources) }
    const isListed = (name: string): boolean => sources.manifest.lists(join(path, name))
    const found = namesForHost(readdirSync(source).sort(), hosts, isListed)
    leftOut.push(...found.leftOut.map((name) => join(path, name)))
    for (const [name, one] of found.sources) {
      const below = join(source, one)
      add(join(path, name), below, lstatSync(below))
    }
  }
  for (const path of paths) {
    const source = sourceOf(sources, path)
    add(path, source, lstatSync(source))
  }
  return { wanted: [...wanted.values()], leftOut }
}

/** The file in the tree: the variant of this host, or the plain one. */
function sourceOf({ tree, hostNames }: Sources, path: string): string {
  const files = join(tree, treeNames.files)
  const [directory, name] = [dirname(join(files, path)), basename(path)]
  const isThere = existsSync(`${directory}/.`)
  const here = isThere ? namesIn(directory).filter((one) => one === name || one.startsWith(`${name}.`)) : []
  const hosts = { own: hostNames, others: new Set<string>() }
  const found = path === '' ? '.' : namesForHost(here, hosts, (one) => one === name).sources.get(name)
  if (found === undefined) {
    const names = [...new Set(hostNames.map((host) => `${path}.${host}`)), path]
    const hint = `looked for ${names.map((one) => join(files, one)).join(', ')}`
    throw new IsconfError('NO_SUCH_FILE', `the tree has no ${join(treeNames.files, path)}`, { hint })
  }
  const source = path === '' ? files : join(directory, found)
  const parent = realpathSync(join(source, '..'))
  if (parent !== tree && !parent.startsWith(`${tree}/`))
    throw new IsconfError('CONFIG', `${source} is outside of the tree, in ${parent}`)
  return source
}

/** Names on the left of hosts.conf that are hosts: those that stand on a right, too, are groups. */
export function otherHosts({ tree, hostNames }: Pick<Sources, 'tree' | 'hostNames'>): ReadonlySet<string> {
  if (!existsSync(join(tree, treeNames.hosts))) return new Set()
  const conf = readHostsConf(tree)
  const used = macroNames(conf)
  const hosts = [...conf.entries.keys()].filter((name) => name !== defaultEntry && !used.has(name)).map(foldedHostName)
  const names = new Set(hosts.flatMap((name) => [name, name.split('.')[0] ?? name]))
  for (const name of hostNames) names.delete(foldedHostName(name))
  return names
}

function entryOf({ manifest, ownerOf }: Sources, path: string, source: string, stat: Stats): Wanted {
  const line = manifest.lineOf(path)
  const { uid, gid } = ownerOf(line)
  const common = { path, source, uid, gid, listed: line !== undefined }
  if (stat.isDirectory()) return { ...common, kind: 'directory', content: '', mode: line?.mode ?? directoryMode }
  const mode = line?.mode ?? stat.mode & permissionBits
  if (stat.isSymbolicLink())
    return { ...common, kind: 'symlink', content: linkContent(readlinkSync(source)), mode: 0o777 }
  if (stat.isFile()) return { ...common, kind: 'file', content: fileContent(hashOf(source)), mode }
  throw new IsconfError('CONFIG', `${source} is neither a file nor a directory nor a symbolic link`)
}
