import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../../test/harness/run.ts'
import { SimClock } from '../../../test/sim/clock.ts'
import { seededRandom } from '../../../test/sim/random.ts'
import { servedOverChannel } from '../../../test/support/network.ts'
import type { BankSource } from '../../bank/index.ts'
import { silentLog } from '../../base/index.ts'
import { daemonSide, setCookie } from '../../page/index.ts'
import { type Ask, askFor, askStreaming } from './ask.ts'
import { channelPage } from './channel-page.ts'

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
  local.bankConnections(source, silentLog)
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
  local.bankConnections(source, silentLog)
  const waiting = Array.from({ length: 256 }, () => askFor(ask, { about: 'bank file' }))
  await until(() => begun === 256, 'all are asked')
  await assert.rejects(askFor(ask, { about: 'bank names' }), /too many questions/)
  held.resolve()
  assert.equal((await Promise.all(waiting)).length, 256)
  const hasRoom = () => askFor(ask, { about: 'bank names' }).then(Boolean, () => false)
  await until(hasRoom, 'there is room')
})

test('the network process is told what the page shows for a session of a link of the daemon, while it holds', async (t) => {
  const { local, ask } = await servedOverChannel(t)
  const clock = new SimClock()
  const asked: string[] = []
  let tell: (type: string) => void = () => undefined
  const client: Parameters<typeof daemonSide>[0]['client'] = {
    get: async (path) => {
      asked.push(path)
      return ['a host']
    },
    post: () => assert.fail('was asked to change something'),
    listen: (_, onEvent) =>
      new Promise(() => {
        tell = (type) => onEvent({ type } as Parameters<typeof onEvent>[0])
      }),
  }
  const side = daemonSide({ client, clock, random: seededRandom(1) })
  await local.servePage(0, side)
  const there = channelPage(ask)
  const refused = { code: 'NOT_ALLOWED' }
  for (const [session, cookies] of [
    ['guessed', undefined],
    ['', ''],
    ['guessed', 'isconf-page=guessed'],
    ['x'.repeat(2_000), 'x'.repeat(20_000)],
  ] as const)
    assert.equal(await there.isIn(session, cookies), false)
  await assert.rejects(there.source('guessed', 'isconf-page=guessed').hosts(), refused)
  for (const secret of ['guessed', 'x'.repeat(2_000)]) assert.equal(await there.open(secret), undefined)
  assert.deepEqual(asked, [])

  const session = (await there.open(side.newLink().replace('/login/', ''))) ?? assert.fail('no session')
  const [cookie] = setCookie(session).split(';')
  assert.equal(await there.isIn(session.name, cookie), true)
  assert.deepEqual(await there.source(session.name, cookie).hosts(), ['a host'])
  assert.deepEqual(asked, ['/v1/hosts'])
  await assert.rejects(there.source(session.name, cookie).show('x'.repeat(2_000)), { code: 'BAD_REQUEST' })
  const heard: string[] = []
  const leave = there.listen(session.name, cookie, (type) => heard.push(type))
  await until(() => {
    tell('checked-in')
    return heard.length > 0
  }, 'it is heard')
  leave()
  assert.equal(heard[0], 'checked-in')

  await clock.run(12 * 3_600_000 + 1)
  await assert.rejects(there.source(session.name, cookie).hosts(), refused)
  assert.deepEqual(asked, ['/v1/hosts'])
})
