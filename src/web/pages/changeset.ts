/**
 * One changeset: what `isconf show` shows of it, what it changes, as `isconf diff` has it, and how far the hosts have come
 * with it. That alone changes while somebody looks, and which of its operations are void, or done here.
 */
import { idPrefixLength } from '../../base/index.ts'
import type { HostRow, Shown } from '../../control/index.ts'
import type { FoundDifferences } from '../../page/index.ts'
import {
  changesetRows,
  diffHead,
  diffText,
  doneText,
  loadUnified,
  reasonOf,
  type Unified,
  voidText,
  worstFirst,
} from '../../presentation/index.ts'
import { freshQuery, type Page, type PageCall, queryText } from '../page.ts'
import { termsOf } from '../terms.ts'

/** Nobody reads more than this in a browser; a command shows it. */
const linesMax = 5_000
const operationsMax = 1_000
const hostsMax = 100

export const changesetPage: Page = {
  path: 'changesets/:name',
  template: 'changeset',
  section: 'journal',
  view: async ({ source, parameters: { name = '' }, query: { fresh }, href }) => {
    const [id = ''] = name.split(':')
    const [shown, hosts] = await Promise.all([source.show(id), source.hosts()])
    const { previous, author, time } = shown
    const differences = fresh === freshQuery.fresh ? nothingFound : source.differences(previous, shown.id)
    const [found, unified] = await Promise.all([differences, loadUnified()])
    const short = (one: string): string => one.slice(0, idPrefixLength)
    const labels = { from: short(previous), to: short(shown.id) }
    const { files, isCut } = filesOf(found, labels, unified)
    return {
      title: shown.message === '' ? `Changeset ${short(shown.id)}` : shown.message,
      fresh: `${href('changesets', name)}${queryText(freshQuery)}`,
      ...{ id: short(shown.id), author, time, hosts: hostsView(shown, hosts, href) },
      terms: termsOf(changesetRows(shown)),
      previous: /^0+$/.test(previous) ? null : { id: short(previous), href: href('changesets', previous) },
      operations: shown.operations.slice(0, operationsMax).map((one) => operationView(one, name)),
      moreOperations: Math.max(0, shown.operations.length - operationsMax),
      ...{ files, isCut, command: `isconf diff ${labels.from} ${labels.to}` },
    }
  },
}

const nothingFound: FoundDifferences = { paths: [], isCut: false }

/** How many of the hosts whose branch has the changeset have done all of it, and those that have not. */
function hostsView(shown: Shown, hosts: readonly HostRow[], href: PageCall['href']) {
  const end = shown.operationsBefore + shown.operations.length
  const all = hosts.filter(({ branch }) => branch !== null && shown.branches.includes(branch))
  const left = worstFirst(all.filter(({ position }) => position === null || position < end))
  return {
    ...{ count: all.length, done: all.length - left.length, more: Math.max(0, left.length - hostsMax) },
    left: left.slice(0, hostsMax).map((host) => ({
      ...{ name: host.name, state: host.state, done: doneText(host), reason: reasonOf(host) },
      href: href('hosts', host.peerId),
    })),
  }
}

function operationView(one: Shown['operations'][number], asked: string) {
  return {
    ...{ name: one.name, text: `${one.text}${voidText(one)}`, done: one.done, isAsked: one.name === asked },
    attributes: one.attributes.map(([name, value]) => ({ name, value })),
  }
}

function filesOf({ paths, isCut }: FoundDifferences, labels: { from: string; to: string }, unified: Unified) {
  const files: { head: string; lines: readonly DiffLine[] }[] = []
  let left = linesMax
  for (const path of paths) {
    if (left <= 0) break
    const lines = (diffText(path, labels, unified) ?? '').split('\n').slice(0, -1)
    files.push({ head: diffHead(path, 'journal').trimEnd(), lines: lines.slice(0, left).map(lineView) })
    left -= lines.length + 1
  }
  return { files, isCut: isCut || left < 0 || files.length < paths.length }
}

interface DiffLine {
  readonly text: string
  readonly kind: 'head' | 'place' | 'added' | 'removed' | 'same'
}

/** A line of `diff -u`: the two first, which name the sides, look like changes. */
function lineView(text: string, index: number): DiffLine {
  if (index < 2 || text.startsWith('===')) return { text, kind: 'head' }
  const kindByMark = { '@': 'place', '+': 'added', '-': 'removed' } as const
  return { text, kind: kindByMark[text.charAt(0) as keyof typeof kindByMark] ?? 'same' }
}
