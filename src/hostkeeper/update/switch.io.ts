/** Makes the staged tree the current one, and turns back. */
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { readBoot } from '../boot/index.ts'
import type { Layout } from '../program/index.ts'
import { endedWell, readRuns } from '../run/index.ts'
import { idOfName, isUnchanged, pointAt, removeLeftovers, removeOldTrees, type Trees, treesOf } from '../tree/index.ts'
import { problemsOf, refuseFor, type TreeDeps } from './check.io.ts'

export interface Switched {
  readonly from: string | undefined
  readonly to: string
}

export interface RolledBack extends Switched {
  /** Whether somebody has changed the tree since it was fetched. */
  readonly isChanged: boolean
}

/** Makes the staged tree the current one, in one step; the last good one stays as the previous. */
export async function switchTree(deps: TreeDeps): Promise<Switched> {
  const { layout, disk } = deps
  refuseByHand(layout)
  const trees = treesOf(layout)
  const { current, staged } = trees
  if (staged === undefined)
    throw new IsconfError('TREE_MISSING', `no tree is staged in ${layout.home}`, {
      hint: 'fetch one: hostkeeper fetch',
    })
  if (staged !== current) {
    await refuseUnlessGood(staged, deps)
    // The same tree, fetched again because somebody has changed it, is no other one to turn back to.
    const isSame = current !== undefined && idOfName(current) === idOfName(staged)
    const last = isSame ? undefined : await lastGood(deps, trees)
    if (last !== undefined && last !== trees.previous) await pointAt(disk, layout.previous, last)
    await pointAt(disk, layout.tree, staged)
  }
  await removeLeftovers(disk, layout)
  await removeOldTrees(disk, layout)
  return { from: current, to: staged }
}

/**
 * The tree to turn back to: the one that held until now. Unless the previous one made the host right, as the one that
 * held until now has not, or not yet: of two updates in a row the second must not lose the last good tree.
 */
async function lastGood({ layout, settings }: TreeDeps, { current, previous }: Trees): Promise<string | undefined> {
  if (previous === undefined || previous === current) return current
  if (readBoot(layout, settings)?.level === 'failed') return previous
  const runs = await readRuns(layout.runs)
  return !endedWell(runs, current) && endedWell(runs, previous) ? previous : current
}

/** Makes the previous tree the current one again; the one that held is not taken again until its source has another. */
export async function rollBack(deps: TreeDeps): Promise<RolledBack> {
  const { layout, disk } = deps
  refuseByHand(layout)
  const { current, previous } = treesOf(layout)
  if (previous === undefined || previous === current)
    throw new IsconfError('TREE_MISSING', `there is no earlier tree to go back to in ${layout.home}`, {
      hint: 'put an older one where HOSTKEEPER_SOURCE points, then: hostkeeper update',
    })
  // It is the way back: what somebody has changed in it is told, and only what the check finds is refused.
  const path = join(layout.trees, previous)
  const isChanged = !(await isUnchanged(layout, previous))
  refuseFor(path, await problemsOf(path, deps))
  // First, so that a boot in this moment does not take what was turned back from.
  if (current !== undefined) await pointAt(disk, layout.refused, current)
  await pointAt(disk, layout.staged, previous)
  await pointAt(disk, layout.tree, previous)
  return { from: current, to: previous, isChanged }
}

/** A directory that somebody has filled by hand is nobody else's to move. */
function refuseByHand(layout: Layout): void {
  if (!treesOf(layout).isByHand) return
  const hint = `to use the fetched trees, move it away: mv ${layout.tree} ${layout.tree}.by-hand`
  const message = `${layout.tree} is a directory that somebody made, not a link to a fetched tree`
  throw new IsconfError('TREE_REFUSED', message, { hint })
}

/** The same check as before it was staged: since then a hand, or a disk, may have changed it. */
async function refuseUnlessGood(name: string, deps: TreeDeps): Promise<void> {
  const path = join(deps.layout.trees, name)
  if (!(await isUnchanged(deps.layout, name))) {
    throw new IsconfError('TREE_REFUSED', `${path} has been changed since it was fetched`, {
      hint: 'change a tree at its source, and fetch it again: hostkeeper update',
    })
  }
  refuseFor(path, await problemsOf(path, deps))
}
