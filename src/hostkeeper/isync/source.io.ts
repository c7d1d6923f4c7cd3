/** What the tree has for the words of the command line, as it is to be on this host. */
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { readGeneratedText } from '../../config/index.ts'
import { defaultEntry } from '../hosts-conf/index.ts'
import { hashOf, treeNames } from '../program/index.ts'
import { readHostsConf } from '../tree/index.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import type { OwnerNumbers } from './owner.io.ts'
import { fileContent, linkContent, namesForHost, variantsOf, type Wanted } from './plan.ts'

/** A tree of configuration has thousands of files at most; a disk that was put there by mistake has more. */
const entriesMax = 100_000

const permissionBits = 0o7777
/** What a directory is made with that the manifest does not list. A checkout keeps no modes of directories. */
export const directoryMode = 0o755

export interface Sources {
  readonly tree: string
  readonly manifest: Manifest
  /** What this host is called, the full name first. */
  readonly hostNames: readonly string[]
  readonly owners: OwnerNumbers
}

/** NO_SUCH_FILE when there is no tree; CONFIG for a mistake in the manifest. */
export function openTree(path: string): { readonly tree: string; readonly manifest: Manifest } {
  if (!existsSync(path)) {
    const hint = 'fetch it with `hostkeeper update`, or begin one with `hostkeeper init`'
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
    throw new IsconfError('USAGE', `isync takes no ${JSON.stringify(word)}`, { hint })
  }
  return names.join('/')
}

/** The entries for these paths, directories before what is in them, each once. NO_SUCH_FILE. */
export function wantedFor(sources: Sources, paths: readonly string[]): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  let others: ReadonlySet<string> | undefined
  const add = (path: string, source: string, stat: Stats): void => {
    const entry = entryOf(sources, path, source, stat)
    if (path !== '' && !wanted.has(path)) wanted.set(path, entry)
    if (wanted.size > entriesMax) throw new IsconfError('USAGE', `${path}: more than ${entriesMax} entries`)
    if (!stat.isDirectory()) return
    others ??= otherHosts(sources)
    for (const [name, found] of namesForHost(readdirSync(source).sort(), sources.hostNames, others)) {
      const below = join(source, found)
      add(join(path, name), below, lstatSync(below))
    }
  }
  for (const path of paths) {
    const source = sourceOf(sources, path)
    add(path, source, lstatSync(source))
  }
  return [...wanted.values()]
}

/** The file in the tree: the variant of this host, or the plain one. */
function sourceOf({ tree, hostNames }: Sources, path: string): string {
  const files = join(tree, treeNames.files)
  const candidates = (path === '' ? [''] : variantsOf(path, hostNames)).map((name) => join(files, name))
  const source = candidates.find((one) => lstatSync(one, { throwIfNoEntry: false }) !== undefined)
  if (source === undefined) {
    const hint = `looked for ${candidates.join(', ')}`
    throw new IsconfError('NO_SUCH_FILE', `the tree has no ${join(treeNames.files, path)}`, { hint })
  }
  const parent = realpathSync(join(source, '..'))
  if (parent !== tree && !parent.startsWith(`${tree}/`))
    throw new IsconfError('CONFIG', `${source} lies outside of the tree, in ${parent}`)
  return source
}

/** Names on the left of hosts.conf that are hosts: those that stand on a right, too, are groups. */
function otherHosts({ tree, hostNames }: Sources): ReadonlySet<string> {
  if (!existsSync(join(tree, treeNames.hosts))) return new Set()
  const { entries } = readHostsConf(tree)
  const macros = [...entries.values()].flatMap(({ words }) => words.filter(({ kind }) => kind === 'macro'))
  const used = new Set([defaultEntry, ...macros.map(({ name }) => name)])
  const hosts = [...entries.keys()].filter((name) => !used.has(name))
  const names = new Set(hosts.flatMap((name) => [name, name.split('.')[0] ?? name]))
  for (const name of hostNames) names.delete(name)
  return names
}

function entryOf({ manifest, owners }: Sources, path: string, source: string, stat: Stats): Wanted {
  const line = manifest.lineOf(path)
  const { uid, gid } = owners.of(line)
  const common = { path, source, uid, gid, listed: line !== undefined }
  if (stat.isDirectory()) return { ...common, kind: 'directory', content: '', mode: line?.mode ?? directoryMode }
  const mode = line?.mode ?? stat.mode & permissionBits
  if (stat.isSymbolicLink())
    return { ...common, kind: 'symlink', content: linkContent(readlinkSync(source)), mode: 0o777 }
  if (stat.isFile()) return { ...common, kind: 'file', content: fileContent(hashOf(source)), mode }
  throw new IsconfError('CONFIG', `${source} is neither a file nor a directory nor a symbolic link`)
}
