/** Are the hosts the same? Their trees and journals, read from disk. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, hostNames, type Site } from './site.ts'

/** A line of the comparison: what each host has, in the order of the hosts. */
export interface Row {
  readonly what: string
  readonly kind: Kind
  /** Short, for the table. */
  readonly cells: readonly string[]
  /** Everything that is compared; undefined where a host has nothing of the kind. */
  readonly facts: readonly (string | undefined)[]
}

type Kind = 'journal' | 'directory' | 'file'

/** One thing on one host. */
interface Fact {
  readonly kind: Kind
  readonly cell: string
  readonly full: string
}

/** Every journal of any of the hosts, and every file, directory and link below their roots. */
export function compareHosts(site: Site): readonly Row[] {
  const hosts = hostNames.map((name) => site.hosts[name])
  return [...rowsOf(hosts.map(journalsOf)), ...rowsOf(hosts.map(treeOf))]
}

/** Whether all hosts have the same here. */
export function isEqual({ facts }: Row): boolean {
  return facts.every((fact) => fact !== undefined && fact === facts[0])
}

type Facts = ReadonlyMap<string, Fact>

function rowsOf(factsByHost: readonly Facts[]): readonly Row[] {
  const whats = [...new Set(factsByHost.flatMap((facts) => [...facts.keys()]))].sort()
  return whats.map((what) => {
    const facts = factsByHost.map((all) => all.get(what))
    return {
      what,
      kind: facts.find((fact) => fact !== undefined)?.kind ?? 'file',
      cells: facts.map((fact) => fact?.cell ?? 'missing'),
      facts: facts.map((fact) => fact?.full),
    }
  })
}

function journalsOf({ home }: Host): Facts {
  const branches = join(home, 'branches')
  const journals = readdirSync(branches).map((branch): [string, Fact] => {
    const bytes = readFileSync(join(branches, branch, 'journal'))
    const sha256 = hashOf(bytes)
    const full = `${bytes.length} bytes, SHA-256 ${sha256}`
    return [`journal of branch ${branch}`, { kind: 'journal', cell: sha256.slice(0, 12), full }]
  })
  return new Map(journals)
}

function treeOf({ root }: Host): Facts {
  const paths = ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })]
  return new Map(paths.map((path) => [`/${path}`, factOf(join(root, path))]))
}

function factOf(path: string): Fact {
  const stats = lstatSync(path)
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
  const owned = `mode ${mode}, owner ${stats.uid}:${stats.gid}`
  // A directory's own time says when a host did its work, which is not the same and need not be.
  if (stats.isDirectory()) return { kind: 'directory', cell: mode, full: `directory, ${owned}` }
  const isLink = stats.isSymbolicLink()
  const content = isLink ? readlinkSync(path) : stats.isFile() ? readFileSync(path) : `type ${stats.mode}`
  const sha256 = hashOf(content)
  const kind = isLink ? 'link' : 'file'
  const full = `${kind}, ${owned}, ${stats.size} bytes, of ${stats.mtime.toISOString()}, SHA-256 ${sha256}`
  return { kind: 'file', cell: `${mode} ${sha256.slice(0, 7)}`, full }
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
