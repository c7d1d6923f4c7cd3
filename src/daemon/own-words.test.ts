import assert from 'node:assert/strict'
import { test } from 'node:test'
import { twoHosts } from '../../test/support/asked.ts'
import { ownWords } from './own-words.ts'

test('a host says that it is stopped at what it has begun once `up` no longer does it', async (t) => {
  const { alder, checkIn } = await twoHosts(t)
  await checkIn('exec append /log x')
  const { daemon } = alder
  const operation = { id: daemon.branch.journal.head, index: 0 }
  await daemon.history.add([{ event: 'started', operation }])
  const run = daemon.changes.begin('up', undefined, async () => {
    assert.equal(ownWords(daemon).stopped, undefined)
    return { event: 'result', result: null }
  })
  await run.done
  assert.equal(ownWords(daemon).stopped?.why, 'it was interrupted')
})
