/** Brings a tree from its source and puts it beside the current one. */
import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { refuseUnsigned, refuseUnvouched, shownAddress, sourceOf } from '../sources/index.ts'
import {
  fetchingPrefix,
  idOfName,
  isUnchanged,
  lookAtTree,
  pointAt,
  removeLeftovers,
  type TreeLook,
  treesOf,
} from '../tree/index.ts'
import { problemsOf, refuseFor, type TreeDeps } from './check.io.ts'

export interface Fetched {
  /** The name of the tree below trees/. */
  readonly name: string
  /** `same` when it is the current one, `refused` when a person has turned back from it. */
  readonly outcome: 'same' | 'staged' | 'refused'
}

/**
 * Fetches the tree, checks it, and stages it. Whenever it is ended, the current tree is whole and untouched, and
 * the next one removes what is left. `again` takes also what a person has turned back from.
 */
export async function fetchTree(address: string, again: boolean, deps: TreeDeps): Promise<Fetched> {
  const { layout, disk, settings } = deps
  refuseUnsigned(address, settings)
  await disk.makeDirectory(layout.trees)
  await removeLeftovers(disk, layout)
  const work = await disk.makeWork(fetchingPrefix(layout))
  try {
    const into = join(work, 'tree')
    const look = await bringTree(address, into, join(work, 'scratch'), {
      ...deps,
      channels: { path: layout.channels, again },
    })
    const trees = treesOf(layout)
    if (!again && trees.refused !== undefined && idOfName(trees.refused) === look.id)
      return { name: trees.refused, outcome: 'refused' }
    const name = await place(into, look, deps)
    if (trees.staged !== name) await pointAt(disk, layout.staged, name)
    if (trees.refused !== undefined) await disk.remove(layout.refused)
    return { name, outcome: trees.current === name ? 'same' : 'staged' }
  } finally {
    await disk.remove(work)
  }
}

/** Fetches the tree into the directory `into`, and checks it: the one way in which a tree comes to be used. */
export async function bringTree(address: string, into: string, scratch: string, deps: TreeDeps): Promise<TreeLook> {
  const { settings, environment, signal, disk, channels } = deps
  refuseUnvouched(address, settings)
  for (const directory of [into, scratch]) await disk.makeDirectory(directory)
  await sourceOf(address)(address, into, { settings, environment, signal, scratch, channels })
  signal.throwIfAborted()
  for (const name of bookkeeping) await disk.remove(join(into, name))
  // A source may have set the mode of the directory itself, which is no part of the tree.
  await chmod(into, 0o755)
  const look = await lookAtTree(into)
  const about = `what ${shownAddress(address)} has`
  // First: a pipe in the place of hosts.conf is not to be read.
  refuseFor(about, look.problems)
  refuseFor(about, await problemsOf(into, deps))
  return look
}

/** What version control keeps beside its files; it is no part of the tree. */
const bookkeeping = ['.git', '.svn', '.hg', 'CVS']

/** Puts a whole tree among the others, unless it is there; its name there. */
async function place(from: string, { id, entries }: TreeLook, { layout, disk }: TreeDeps): Promise<string> {
  for (let copy = 0; copy <= copiesMax; copy += 1) {
    // Somebody has changed the one with that name; it may be the current one, so it stays where it is.
    const name = copy === 0 ? id : `${id}.${copy}`
    const path = join(layout.trees, name)
    if (!existsSync(path)) {
      await disk.syncTree(from, entries)
      await disk.rename(from, path)
      return name
    }
    if (await isUnchanged(layout, name)) return name
  }
  const hint = 'remove those that no link names; change a tree at its source'
  const why = `and ${copiesMax} copies of it have been changed by hand`
  throw new IsconfError('TREE_REFUSED', `${layout.trees}/${id} ${why}`, { hint })
}

/** Who changes fetched trees by hand as often as this does not want them fetched. */
const copiesMax = 9
