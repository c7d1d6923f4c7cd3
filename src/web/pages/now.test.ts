/** What the page says runs now, from what the history has of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HistoryRow, Status } from '../../control/index.ts'
import type { PageView } from '../page.ts'
import { nowPage } from './now.ts'

const time = '2030-01-01T00:00:00.000Z'
const begun = { event: 'started', operation: '0123456789ab:1', text: 'exec make', started: time, time }
const held = { event: 'held', operation: null, time }
const skipped = { event: 'skipped', operation: '0123456789ab:1', time }

async function runsNow(running: string | null, ...history: readonly object[]): Promise<readonly unknown[]> {
  const source = {
    status: async () => ({ host: 'alder', running, rebootPending: null, stopped: null, pending: 1 }) as Partial<Status>,
    branches: async () => [],
    work: async () => ({ work: null }),
    history: async () => history as readonly HistoryRow[],
  }
  const { begun } = (await nowPage.view({ source, href: () => 'link' } as never)) as PageView & { begun: unknown[] }
  return begun
}

test('what was begun and interrupted does not run now, nor what came before the newest operation', async () => {
  assert.deepEqual(await runsNow('up', held, begun), [
    { operation: '0123456789ab:1', text: 'exec make', since: time, href: 'link' },
  ])
  assert.deepEqual(await runsNow(null, begun), [])
  assert.deepEqual(await runsNow('up', skipped, begun), [])
})
