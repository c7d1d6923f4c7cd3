/** The trees that a host has, and the links that say which of them is which. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Layout } from '../program/index.ts'
import { lookAtTree } from './content.io.ts'
import { idOfName, isTreeName } from './content.ts'
import type { TreeDisk } from './disk.io.ts'

/** Which tree each link names; undefined where there is none, or where it names no tree that is here. */
export interface Trees {
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly staged: string | undefined
  /** The one that a person has turned back from; it need not be here any more. */
  readonly refused: string | undefined
  /** Whether somebody has made a directory where the link to the current tree would be. */
  readonly isByHand: boolean
}

export function treesOf(layout: Layout): Trees {
  return {
    current: named(layout, layout.tree),
    previous: named(layout, layout.previous),
    staged: named(layout, layout.staged),
    refused: linkedName(layout.refused),
    isByHand: lstatSync(layout.tree, { throwIfNoEntry: false })?.isDirectory() === true,
  }
}

function named(layout: Layout, link: string): string | undefined {
  const name = linkedName(link)
  return name !== undefined && lstatSync(join(layout.trees, name), { throwIfNoEntry: false }) ? name : undefined
}

function linkedName(link: string): string | undefined {
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined
  const name = basename(readlinkSync(link))
  return isTreeName(name) ? name : undefined
}

/** The name of the fetched tree; the path of one that somebody made; undefined where there is none. */
export function treeOf(tree: string): string | undefined {
  const found = lstatSync(tree, { throwIfNoEntry: false })
  return found?.isSymbolicLink() ? basename(readlinkSync(tree)) : found && tree
}

/** Makes a link name a tree, in one step: at any moment there is the old one or the new one. */
export async function pointAt(disk: TreeDisk, link: string, name: string): Promise<void> {
  const beside = `${link}.new`
  await disk.remove(beside)
  await disk.link(`trees/${name}`, beside)
  await disk.rename(beside, link)
}

/** The beginning of names of what is under way in trees/. */
const underWay = '.'

/** How the directory begins in which a tree is fetched; another one each time, for a program of an ended update may still write into the last. */
export function fetchingPrefix(layout: Layout): string {
  return join(layout.trees, `${underWay}fetching-`)
}

/** Removes what ended updates have left behind. */
export async function removeLeftovers(disk: TreeDisk, layout: Layout): Promise<void> {
  for (const name of namesOf(layout)) {
    if (name.startsWith(underWay)) await disk.remove(join(layout.trees, name))
  }
}

/** Removes the trees that no link names; not what somebody has changed of the current tree. */
export async function removeOldTrees(disk: TreeDisk, layout: Layout): Promise<void> {
  const { current, previous, staged } = treesOf(layout)
  const isKept = (name: string): boolean =>
    [current, previous, staged].includes(name) || (current !== undefined && idOfName(name) === idOfName(current))
  const old = namesOf(layout).filter((name) => isTreeName(name) && !isKept(name))
  for (const name of old) {
    // Half a tree never has the name of a whole one.
    const leaving = join(layout.trees, `${underWay}leaving-${name}`)
    await disk.rename(join(layout.trees, name), leaving)
    await disk.remove(leaving)
  }
}

function namesOf(layout: Layout): readonly string[] {
  return lstatSync(layout.trees, { throwIfNoEntry: false }) ? readdirSync(layout.trees) : []
}

/** Whether a tree is still what its name says: nobody has changed it since it was fetched. */
export async function isUnchanged(layout: Layout, name: string): Promise<boolean> {
  return (await lookAtTree(join(layout.trees, name))).id === idOfName(name)
}
