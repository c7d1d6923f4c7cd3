import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BootRecord, bootReportSchema } from './boot-report.ts'

const record = {
  boot: 'boot-1',
  level: 'failed',
  at: '2026-11-28T10:00:00Z',
  since: '2026-11-28T09:00:00Z',
  why: 'x'.repeat(5000),
  step: 'bad',
  log: '/var/is/hostkeeper/log/x.log',
  tree: '5a0c7f6be1d2934c',
  fetched: null,
}

async function told(text: string | undefined, bootId = 'boot-1'): Promise<BootRecord['current']> {
  const bootRecord = new BootRecord(
    { readFile: async () => (text === undefined ? undefined : Buffer.from(text)) },
    '',
    bootId,
  )
  await bootRecord.refresh()
  return bootRecord.current
}

test('BootRecord tells others what they have room for, and no path of this host', async () => {
  const report = await told(JSON.stringify(record))
  assert.ok(bootReportSchema.safeParse(report).success)
  assert.deepEqual([report?.level, report?.step, report?.since], ['failed', 'bad', record.since])
  assert.ok(!JSON.stringify(report).includes('.log'))
})

test('BootRecord takes what is of another boot for unknown, and what is no record for none', async () => {
  assert.equal((await told(JSON.stringify(record), 'boot-2'))?.level, 'unknown')
  for (const text of [undefined, '', '{"level":', '{"level":"right"}']) assert.equal(await told(text), undefined)
  const unreadable = new BootRecord({ readFile: () => Promise.reject(new Error('EIO')) }, '', 'boot-1')
  await unreadable.refresh()
  assert.equal(unreadable.current, undefined)
})
