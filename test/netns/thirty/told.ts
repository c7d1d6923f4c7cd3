/** What a host tells of all hosts: by `isconf fleet --json`, by `isconf fleet`, and on its page. */
import assert from 'node:assert/strict'
import type { HostRow } from '../../../src/control/index.ts'
import { doneText, reasonOf } from '../../../src/presentation/index.ts'
import type { NetHost } from '../../harness/netns.ts'
import { until } from '../../harness/run.ts'
import { hostsOnPage, type LoggedIn, logIn } from '../../support/browser.ts'
import type { Truth } from './states.ts'

/**
 * Above 24 hosts what a host says of itself passes from neighbour to neighbour, about once a minute each: it takes some
 * minutes until everybody has heard it.
 */
const toldMsMax = 600_000

/** Where each host serves its page, as it calls it. */
export const pagePlace = '/root/page.sock'

/** Waits until a host tells the truth, and the same in every form: what it hears of others comes now and then. */
export async function untilTold(host: NetHost, truths: readonly Truth[]): Promise<void> {
  const link = (await host.does('web')).stdout.trim()
  const page = await logIn(`/proc/${host.init}/root${pagePlace}`, new URL(link).pathname)
  let difference: unknown
  const isTold = async (): Promise<boolean> => {
    try {
      assertTold(await told(host, page), truths)
      return true
    } catch (error) {
      difference = error
      return false
    }
  }
  await until(isTold, `${host.name} tells the truth`, toldMsMax).catch((error: Error) => {
    throw new Error(error.message, { cause: difference })
  })
}

interface Told {
  readonly rows: readonly HostRow[]
  /** What a person reads, the fields of each host. */
  readonly table: readonly string[]
  readonly page: readonly (readonly string[])[]
}

async function told(host: NetHost, page: LoggedIn): Promise<Told> {
  const { hosts } = JSON.parse((await host.run('fleet', '--json')).stdout) as { readonly hosts: readonly HostRow[] }
  const { stdout } = await host.run('fleet', '--all')
  const { text } = await page.get('')
  return { rows: hosts, table: stdout.split('\n').slice(1, -1), page: hostsOnPage(text) }
}

function assertTold({ rows, table, page }: Told, truths: readonly Truth[]): void {
  const cells = rows.map((row) => {
    const { state, name, branch, release } = row
    return [state, name, branch ?? '?', doneText(row), release ?? '?', reasonOf(row)]
  })
  assert.deepEqual(page, cells)
  assert.deepEqual(
    table.map((line) => line.trimEnd().split(/ {2,}/)),
    cells.map((row) => (row.at(-1) === '' ? row.slice(0, -1) : row)),
  )
  assert.equal(cells.length, truths.length)
  for (const { host, states, branch, done, release, reason } of truths) {
    const [state, , ...facts] = cells.find(([, name]) => name === host) ?? []
    assert.ok(
      states.some((one) => one === state),
      `${host} is ${state}, and should be ${states.join(' or ')}`,
    )
    assert.deepEqual(facts.slice(0, 3), [branch, done, release], host)
    assert.match(facts[3] ?? '', reason, host)
  }
}
