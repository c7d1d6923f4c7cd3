/** The changesets of a branch, newest first: what `isconf log` shows. */
import { idPrefixLength } from '../../base/index.ts'
import type { LogEntry } from '../../control/index.ts'
import { voidText } from '../../presentation/index.ts'
import { type Page, type PageCall, pageNumber, queryText, sliceOf } from '../page.ts'

const changesetsMax = 50
/** How many operations of one changeset the list shows. */
const operationsMax = 20

export const journalPage: Page = {
  path: 'journal',
  template: 'journal',
  section: 'journal',
  view: async ({ source, query, href }) => {
    const branches = await source.branches()
    const asked = query['branch'] || undefined
    const branch = asked ?? branches.find(({ current }) => current)?.name ?? ''
    const number = pageNumber(query['page'])
    // One more than is shown tells whether there is more.
    const entries = await source.log(asked, number * changesetsMax + 1)
    const { rows, before, behind } = sliceOf(entries, query['page'], changesetsMax)
    const pageOf = (page: number | undefined): string | null =>
      page === undefined ? null : `${href('journal')}${queryText({ branch: asked, page })}`
    return {
      title: `Journal of ${branch}`,
      action: href('journal'),
      branches: branches.map(({ name }) => ({ word: name, isChosen: name === branch })),
      changesets: rows.map((entry) => changesetView(entry, href)),
      before: pageOf(before),
      behind: pageOf(behind),
    }
  },
}

function changesetView({ id, author, time, message, operations }: LogEntry, href: PageCall['href']) {
  return {
    ...{ id: id.slice(0, idPrefixLength), author, time, message, href: href('changesets', id) },
    operations: operations.slice(0, operationsMax).map((one) => ({
      ...{ name: one.name, text: `${one.text}${voidText(one)}`, done: one.done },
    })),
    more: Math.max(0, operations.length - operationsMax),
  }
}
