/** The hosts of the domain, those that need attention first: what `isconf fleet --all` shows. */
import { type HostRow, hostStates } from '../../control/index.ts'
import {
  branchesText,
  countsOf,
  doneText,
  reasonOf,
  statesCounted,
  statesWorstFirst,
  worstFirst,
} from '../../presentation/index.ts'
import { type Page, type PageCall, queryText, sliceOf } from '../page.ts'

/** As many as a browser shows without anybody noticing a delay. */
const rowsMax = 1_000

export const fleetPage: Page = {
  path: '',
  template: 'fleet',
  section: 'fleet',
  view: async ({ source, query, href }) => {
    const all = await source.hosts()
    const { state, branch, name } = query
    const asked = { state, branch, name }
    const hosts = worstFirst(all.filter((one) => isAskedFor(one, asked)))
    const { rows, before, behind, number } = sliceOf(hosts, query['page'], rowsMax)
    const pageOf = (page: number | undefined): string | null =>
      page === undefined ? null : `${href()}${queryText({ ...asked, page })}`
    return {
      title: all.length === 1 ? '1 host' : `${all.length} hosts${branchesText(all)}`,
      counts: countRows(all, href, state),
      action: href(),
      isFiltered: Object.values(asked).some((one) => one !== undefined && one !== ''),
      states: choices(statesWorstFirst, state),
      branches: choices([...new Set(all.flatMap((one) => one.branch ?? []))].sort(), branch),
      name: name ?? '',
      found: hosts.length,
      first: (number - 1) * rowsMax + 1,
      last: (number - 1) * rowsMax + rows.length,
      hosts: rows.map((one) => hostView(one, href)),
      before: pageOf(before),
      behind: pageOf(behind),
    }
  },
}

function isAskedFor(host: HostRow, { state, branch, name }: PageCall['query']): boolean {
  const isWord = (asked: string | undefined, own: string | null): boolean => !asked || asked === own
  return isWord(state, host.state) && isWord(branch, host.branch) && (!name || host.name.includes(name))
}

function countRows(hosts: readonly HostRow[], href: PageCall['href'], chosen: string | undefined) {
  const counts = countsOf(hosts)
  return statesCounted(counts).map((state) => ({
    ...{ state, count: counts[state], meaning: hostStates[state], isChosen: state === chosen },
    href: `${href()}${queryText({ state: state === chosen ? undefined : state })}`,
  }))
}

function choices(words: readonly string[], chosen: string | undefined) {
  return words.map((word) => ({ word, isChosen: word === chosen }))
}

function hostView(host: HostRow, href: PageCall['href']) {
  const { name, peerId, state, branch, release, here } = host
  return {
    // Two hosts may have one name, and a name may be anything; a peer id is one host's, in letters and digits.
    id: `host-${peerId}`,
    href: href('hosts', peerId),
    ...{ name, state, here },
    branch: branch ?? '?',
    done: doneText(host),
    release: release ?? '?',
    reason: reasonOf(host),
  }
}
