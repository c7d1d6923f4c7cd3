/** The record of the last attempt to make this host right, on disk, and where that cannot be written, in memory. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bootId } from '../../base/boot.io.ts'
import type { Layout, ProgramContext, Settings } from '../program/index.ts'
import { treeOf, treesOf } from '../tree/index.ts'
import {
  type BootResult,
  type FetchResult,
  messageOfTheDay,
  parseBootResult,
  parseFetchResult,
  timeOf,
} from './result.ts'

/** What an attempt has to say of itself. */
export type Outcome = Pick<BootResult, 'why' | 'step' | 'log'> & { readonly level: 'right' | 'excluded' | 'failed' }

/** Records how it ended, and sets or removes the line of the day. It never fails: what cannot be written is said. */
export function recordBoot({ layout, settings, say }: ProgramContext, outcome: Outcome): void {
  const old = outcome.level === 'excluded' ? undefined : oldTree(layout, settings)
  const tree = treeOf(layout.tree)
  const fetch = fetchResult(layout)
  const [at, before] = [timeOf(Date.now()), readBoot(layout, settings)]
  const level = old !== undefined && outcome.level === 'right' ? 'old' : outcome.level
  const result: BootResult = {
    boot: bootId(),
    at,
    since: before?.level === level ? before.since : at,
    ...outcome,
    level,
    why: outcome.why ?? old ?? null,
    tree: tree ?? null,
    fetched: fetch.tree === tree ? fetch.at : null,
  }
  const [path, spare] = [layout.boot, sparePath(settings)]
  if (written(path, `${JSON.stringify(result)}\n`)) removed(spare, say)
  else if (!written(spare, `${JSON.stringify(result)}\n`))
    say(`neither ${path} nor ${spare} can be written: nobody is told`)
  const line = messageOfTheDay(result, old)
  const motd = join(settings.motdDirectory, motdName)
  if (line === undefined) removed(motd, say)
  else if (!written(motd, line, 0o644)) say(`cannot write ${motd}`)
}

/** The last record, of this boot when there is one. */
export function readBoot(layout: Layout, settings: Settings): BootResult | undefined {
  const [spare, own] = [sparePath(settings), layout.boot].map((path) => parseBootResult(textOf(path)))
  // The spare one goes when the other can be written.
  return spare?.boot === bootId() ? spare : own
}

export const fetchResult = (layout: Layout): FetchResult => parseFetchResult(textOf(layout.fetched))

/**
 * Records that the source gave `tree`, undefined for one that is not wanted, or why it gave none. It never fails, as
 * {@link recordBoot}.
 */
export function recordFetch(
  { layout, say }: ProgramContext,
  outcome: { readonly tree: string | undefined } | { readonly why: string },
): void {
  const { tree, at, failure } = fetchResult(layout)
  const now = timeOf(Date.now())
  const result: FetchResult =
    'tree' in outcome
      ? { ...(outcome.tree === undefined ? { tree, at } : { tree: outcome.tree, at: now }), failure: null }
      : { tree, at, failure: { since: failure === null ? now : failure.since, why: outcome.why } }
  if (!written(layout.fetched, `${JSON.stringify(result)}\n`)) say(`cannot write ${layout.fetched}`)
}

/** Why this host goes on with a tree of an earlier time; undefined when it has what its source had last. */
export function oldTree(layout: Layout, { source }: Settings): string | undefined {
  if (source === undefined) return undefined
  const { current, staged } = treesOf(layout)
  const { tree, at, failure } = fetchResult(layout)
  if (failure !== null) {
    const from = tree !== null && tree === current && at !== null ? `of ${at}` : 'of an unknown time'
    return `the tree is ${from}, and since ${failure.since ?? 'a time unknown'} its source gives no newer one: ${failure.why}`
  }
  return staged === undefined || staged === current ? undefined : `tree ${staged} is fetched, and not switched to`
}

/** Where things are that a reboot takes away. */
const sparePath = ({ runDirectory }: Settings): string => join(runDirectory, 'hostkeeper-boot')
const motdName = 'hostkeeper'

function written(path: string, text: string, mode = 0o600): boolean {
  const beside = `${path}.new`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 })
    // Not through a link that somebody has put there.
    rmSync(beside, { force: true })
    writeFileSync(beside, text, { mode, flag: 'wx' })
    renameSync(beside, path)
    return true
  } catch {
    return false
  }
}

function removed(path: string, say: (text: string) => void): void {
  try {
    rmSync(path, { force: true })
  } catch (error) {
    say(`cannot remove ${path}, which is not true any more: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
