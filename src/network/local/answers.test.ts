import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../../test/harness/run.ts'
import { servedOverChannel } from '../../../test/support/network.ts'
import type { BankSource } from '../../bank/index.ts'
import { type Ask, askFor, askStreaming } from './ask.ts'

const blob = { id: 'ab'.repeat(32), sizeBytes: 6, pieces: 'cd'.repeat(32) }
const bytesOf = (question: { readonly name?: string; readonly id?: string }) =>
  ({ about: 'bank bytes', name: 'foo', id: blob.id, from: 0, end: 6, ...question }) as const

async function text(ask: Ask, question: ReturnType<typeof bytesOf>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const bytes of (await askStreaming(ask, question)).bytes) parts.push(bytes)
  return Buffer.concat(parts).toString()
}

test('the network process is given what the bank publishes, and no other file of this host', async (t) => {
  const { local, ask } = await servedOverChannel(t)
  const read: string[] = []
  const source: BankSource = {
    find: async (name) => ({ branch: 'web', blob: name === 'foo' ? blob : undefined }),
    names: async () => ['foo'],
    read: async function* (file) {
      read.push(file.name)
      yield Buffer.from('foobar')
    },
  }
  await assert.rejects(text(ask, bytesOf({})), { code: 'NOT_IN_BANK' })
  await local.serveBank(0, source)
  assert.equal(await text(ask, bytesOf({})), 'foobar')
  for (const other of [{ id: 'ef'.repeat(32) }, { name: 'bar' }])
    await assert.rejects(text(ask, bytesOf(other)), { code: 'NOT_IN_BANK' })
  assert.deepEqual(read, ['foo'])
})

test('a network process that asks more than the daemon answers at once is refused, until there is room', async (t) => {
  const { local, ask } = await servedOverChannel(t)
  const held = Promise.withResolvers<void>()
  let begun = 0
  const find: BankSource['find'] = async () => {
    begun += 1
    await held.promise
    return { branch: 'web' }
  }
  const source = { find, names: async () => ['foo'] } as unknown as BankSource
  await local.serveBank(0, source)
  const waiting = Array.from({ length: 256 }, () => askFor(ask, { about: 'bank file' }))
  await until(() => begun === 256, 'all are asked')
  await assert.rejects(askFor(ask, { about: 'bank names' }), /too many questions/)
  held.resolve()
  assert.equal((await Promise.all(waiting)).length, 256)
  const hasRoom = () => askFor(ask, { about: 'bank names' }).then(Boolean, () => false)
  await until(hasRoom, 'there is room')
})
