import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { FileConnections, type FileEnd } from './file-connections.ts'
import type { PeerId } from './transport.ts'

const birch = 'birch' as PeerId

class Connection implements FileEnd {
  readonly peer: PeerId
  isOpen = true
  isRetired = false
  isIdle = true
  #close: () => void = () => undefined
  readonly closed = new Promise<void>((resolve) => {
    this.#close = resolve
  })

  constructor(peer = birch) {
    this.peer = peer
  }

  retire(): void {
    this.isRetired = true
    this.close()
  }

  close(): void {
    this.isOpen = false
    this.#close()
  }
}

/** Those of a host that dials `birch`, which answers as `answer` says. */
function dialing(answer: (count: number) => Promise<Connection>) {
  const clock = new SimClock()
  const seen = { dials: 0 }
  const files = new FileConnections<Connection>(clock, () => {
    seen.dials += 1
    return answer(seen.dials)
  })
  return { clock, seen, files }
}

test('a peer is dialed when a file is wanted of it, once for all files, and let go when nothing has travelled for a while', async () => {
  const { clock, seen, files } = dialing(async () => new Connection())
  const [first, second] = await clock.until(Promise.all([files.to(birch), files.to(birch)]))
  assert.ok(first)
  assert.equal(second, first)
  first.isIdle = false
  await clock.run(60_000)
  assert.ok(first.isOpen, 'a file is on its way')
  first.isIdle = true
  await clock.run(20_000)
  assert.ok(first.isRetired)
  assert.deepEqual(files.all(), [])
  assert.notEqual(await clock.until(files.to(birch)), first)
  assert.equal(seen.dials, 2)
})

test('a peer that can not be dialed is asked on the link, and dialed again after a minute', async () => {
  const { clock, seen, files } = dialing(async (count) => {
    if (count === 1) throw new Error('no answer')
    return new Connection()
  })
  assert.equal(await clock.until(files.to(birch)), undefined)
  await clock.run(59_000)
  assert.equal(await clock.until(files.to(birch)), undefined)
  assert.equal(seen.dials, 1)
  await clock.run(1_000)
  assert.ok(await clock.until(files.to(birch)))
})

test('a dial that takes long is waited for a while in all, and used when it is there', async () => {
  const { promise, resolve } = Promise.withResolvers<Connection>()
  const { clock, files } = dialing(() => promise)
  assert.equal(await clock.until(files.to(birch), 3_000), undefined)
  assert.equal(await clock.until(files.to(birch), 0), undefined, 'the next file does not wait as long again')
  const late = new Connection()
  resolve(late)
  await clock.run(1)
  assert.equal(await clock.until(files.to(birch)), late)
})

test('hangUp() closes what is open, and what is being dialed when it opens', async () => {
  const { promise, resolve } = Promise.withResolvers<Connection>()
  const { clock, files } = dialing(() => promise)
  const asked = files.to(birch)
  const accepted = new Connection()
  files.accept(accepted, true)
  files.hangUp(birch, new Error('the peer is lost'))
  const late = new Connection()
  resolve(late)
  assert.equal(await clock.until(asked), undefined)
  assert.deepEqual([accepted.isOpen, late.isOpen], [false, false])
  assert.deepEqual(files.all(), [])
})

test('a peer has two connections for its files here at most: the oldest makes room', async () => {
  const { clock, files } = dialing(async () => new Connection())
  const accepted = [new Connection(), new Connection(), new Connection()]
  for (const one of accepted) files.accept(one, true)
  await clock.run(1)
  assert.deepEqual(files.all(), accepted.slice(1))
})

test('a host that is no neighbour is dialed where it was said to be, eight at once', async () => {
  const clock = new SimClock()
  const dialed: string[] = []
  const files = new FileConnections<Connection>(clock, async (peer, elsewhere) => {
    dialed.push(`${peer} at ${elsewhere}`)
    return new Connection(peer)
  })
  const names = Array.from({ length: 9 }, (_, index) => `host${index}` as PeerId)
  const open = await clock.until(Promise.all(names.map((name) => files.to(name, [`/${name}`]))))
  assert.deepEqual(
    dialed,
    names.slice(0, 8).map((name) => `${name} at /${name}`),
  )
  assert.deepEqual(
    open.map((one) => one?.peer),
    [...names.slice(0, 8), undefined],
  )
  await clock.run(20_000)
  assert.deepEqual(files.all(), [], 'they are let go')
  assert.ok(await clock.until(files.to(names[8] as PeerId, ['/host8'])))
})

test('a neighbour that gets files from here has its place whoever else gets some', async () => {
  const { files } = dialing(async () => new Connection())
  const others = Array.from({ length: 33 }, (_, index) => new Connection(`host${index}` as PeerId))
  for (const one of others) files.accept(one, false)
  assert.deepEqual(
    others.map(({ isOpen }) => isOpen),
    [...Array(32).fill(true), false],
  )
  const neighbour = new Connection()
  files.accept(neighbour, true)
  assert.ok(neighbour.isOpen)
})

test('a host elsewhere that could not be dialed, or for which another one answered, is dialed again soon and takes no place', async () => {
  const clock = new SimClock()
  let dials = 0
  const answered = new Connection('somebody' as PeerId)
  const files = new FileConnections<Connection>(clock, async () => {
    dials += 1
    if (dials % 2 === 0) throw new Error('no answer')
    return answered
  })
  const names = Array.from({ length: 20 }, (_, index) => `host${index}` as PeerId)
  for (const name of names) assert.equal(await clock.until(files.to(name, ['/somewhere'])), undefined)
  assert.equal(dials, 20)
  assert.equal(answered.isOpen, false)
  await clock.run(4_000)
  assert.equal(await clock.until(files.to(names[0] as PeerId, ['/somewhere'])), undefined)
  assert.equal(dials, 20)
  await clock.run(1_000)
  await clock.until(files.to(names[0] as PeerId, ['/somewhere']))
  assert.equal(dials, 21)
})
