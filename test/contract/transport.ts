/** What every Transport promises, whatever it runs on. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type DomainKeys, noKeys } from '../../src/mesh/admission.ts'
import { HangsError, NoAnswerError } from '../../src/mesh/answer-wait.ts'
import { answer, ask, RemoteError } from '../../src/mesh/rpc.ts'
import { firstBytesMax, type PeerId, type PeerStream } from '../../src/mesh/transport.ts'
import {
  answerLimits,
  askOptions,
  type Check,
  checkIn,
  type HostOptions,
  isConnected,
  limitMs,
  pair,
  protocol,
  readAll,
  type TransportWorld,
  until,
  type WorldHost,
} from './transport-world.ts'

export function transportContract(name: string, makeWorld: () => Promise<TransportWorld>): void {
  const check = checkIn(name, makeWorld)
  connections(check)
  streams(check)
  losses(check)
  requests(check)
  admission(check)
}

function connections(check: Check): void {
  check('each side comes to know where the other can be dialed, and finds it there again', async (world) => {
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    await alder.transport.dial(birch.address)
    const dialable = (of: WorldHost): string | undefined => of.transport.peers()[0]?.dialable[0]
    await until(() => dialable(alder) !== undefined && dialable(birch) !== undefined)
    const [toBirch, toAlder] = [dialable(alder) ?? '', dialable(birch) ?? '']
    const cedar = await world.host('cedar')
    assert.equal(await cedar.transport.dial(toBirch), birch.transport.self)
    assert.equal(await cedar.transport.dial(toAlder), alder.transport.self)
  })
  check('a peer is up once and down once, also when both dial at the same moment', async (world) => {
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    const events: string[] = []
    alder.transport.onPeer(({ type, peer }) => events.push(`${type} ${peer}`))
    await Promise.all([alder.transport.dial(birch.address), birch.transport.dial(alder.address)])
    await alder.transport.dial(birch.address)
    await until(() => events.length > 0 && isConnected(birch, alder))
    // A connection too many would show when it is closed.
    await pause(100)
    assert.deepEqual(events, [`up ${birch.transport.self}`])
    assert.deepEqual(
      alder.transport.peers().map(({ id }) => id),
      [birch.transport.self],
    )
    await birch.transport.close()
    await until(() => events.length > 1)
    await pause(100)
    assert.deepEqual(events.slice(1), [`down ${birch.transport.self}`])
    assert.deepEqual(alder.transport.peers(), [])
  })

  check('dial() tells who answered, and fails where nobody does', async (world) => {
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    assert.equal(await alder.transport.dial(birch.address), birch.transport.self)
    birch.crash()
    await until(() => alder.transport.peers().length === 0)
    await assert.rejects(alder.transport.dial(birch.address))
  })

  check("dial() says so when the address is this host's own", async (world) => {
    const alder = await world.host('alder')
    await assert.rejects(alder.transport.dial(alder.address), { name: 'OwnAddressError' })
    assert.deepEqual(alder.transport.peers(), [])
  })

  check('a host that hangs up loses that peer and no other, and each side can dial again', async (world) => {
    const [alder, birch, cedar] = [await world.host('alder'), await world.host('birch'), await world.host('cedar')]
    for (const other of [birch, cedar]) await alder.transport.dial(other.address)
    await until(() => isConnected(birch, alder) && isConnected(cedar, alder))
    alder.transport.disconnect(birch.transport.self)
    alder.transport.disconnect('nobody' as PeerId)
    await until(() => !isConnected(alder, birch) && !isConnected(birch, alder))
    assert.ok(isConnected(alder, cedar) && isConnected(cedar, alder))
    assert.equal(await birch.transport.dial(alder.address), alder.transport.self)
    await until(() => isConnected(alder, birch))
  })

  check(
    'all hear first that a peer is there and then that it is gone, also when one of them hangs up at once',
    async (world) => {
      const [alder, birch] = [await world.host('alder'), await world.host('birch')]
      const heard: string[] = []
      alder.transport.onPeer(({ type, peer }) => {
        if (type === 'up') alder.transport.disconnect(peer)
      })
      alder.transport.onPeer(({ type }) => heard.push(type))
      await birch.transport.dial(alder.address).catch(() => undefined)
      await until(() => heard.length === 2)
      assert.deepEqual(heard, ['up', 'down'])
    },
  )
}

function streams(check: Check): void {
  check('a stream carries bytes both ways, and each side ends its own', async (world) => {
    const { alder, birch } = await pair(world)
    birch.transport.handle(protocol, async (stream) => {
      const question = await readAll(stream)
      await stream.write(Buffer.from(`you said ${question}`))
      await stream.closeWrite()
    })
    const stream = await alder.transport.openStream(birch.transport.self, protocol)
    await stream.write(Buffer.from('good '))
    await stream.write(Buffer.from('morning'))
    await stream.closeWrite()
    assert.equal(String(await readAll(stream)), 'you said good morning')
    assert.equal(stream.peer, birch.transport.self)
  })

  check('a slow reader slows the writer, and loses nothing', async (world) => {
    const { alder, birch } = await pair(world)
    const totalBytes = 24 * 1024 * 1024
    const aheadBytesMax = 12 * 1024 * 1024
    const [sent, arrived] = [createHash('sha256'), createHash('sha256')]
    let written = 0
    birch.transport.handle(protocol, async (stream) => {
      while (written < totalBytes) {
        // Each block differs, so that two that changed places would show.
        const block = Buffer.alloc(256 * 1024, `isconf ${written}`)
        sent.update(block)
        await stream.write(block)
        written += block.length
      }
    })
    const stream = await alder.transport.openStream(birch.transport.self, protocol)
    let read = 0
    let maxAhead = 0
    let nextRestAt = 0
    for await (const bytes of stream.incoming) {
      arrived.update(bytes)
      read += bytes.length
      if (read > nextRestAt) {
        await until(async () => isStill(() => written))
        nextRestAt += 8 * 1024 * 1024
      }
      maxAhead = Math.max(maxAhead, written - read)
    }
    assert.equal(read, totalBytes)
    assert.equal(arrived.digest('hex'), sent.digest('hex'))
    assert.ok(maxAhead < aheadBytesMax, `the writer was ${maxAhead} bytes ahead`)
  })

  check('what is said first comes first, and what is written then behind it', async (world) => {
    const { alder, birch } = await pair(world)
    birch.transport.handle(protocol, async (stream) => {
      const question = await readAll(stream)
      await stream.write(createHash('sha256').update(question).digest())
    })
    const question = Buffer.alloc(firstBytesMax + 1_000_000, 'a question, ')
    for (const firstBytes of [1, 1_000, firstBytesMax]) {
      const first = question.subarray(0, firstBytes)
      const stream = await alder.transport.openStream(birch.transport.self, protocol, { first })
      await stream.write(question.subarray(firstBytes))
      await stream.closeWrite()
      assert.deepEqual(await readAll(stream), createHash('sha256').update(question).digest())
    }
  })

  check('what was written may be overwritten once it is sent, also before it is read', async (world) => {
    const { alder, birch } = await pair(world)
    const blocks = 16
    birch.transport.handle(protocol, async (stream) => {
      const memory = Buffer.alloc(256 * 1024)
      for (let block = 0; block < blocks; block += 1) {
        await stream.write(memory.fill(block))
        await stream.sent()
      }
      memory.fill(255)
    })
    const stream = await alder.transport.openStream(birch.transport.self, protocol)
    const read = Buffer.from(await readAll(stream))
    assert.equal(read.length, blocks * 256 * 1024)
    for (let block = 0; block < blocks; block += 1) {
      const part = read.subarray(block * 256 * 1024, (block + 1) * 256 * 1024)
      assert.ok(part.equals(Buffer.alloc(256 * 1024, block)), `block ${block} is as it was when it was written`)
    }
  })

  check('what is written to a stream that is over is never called sent', async (world) => {
    const { alder, birch } = await pair(world)
    birch.transport.handle(protocol, () => new Promise(() => undefined))
    const stream = await alder.transport.openStream(birch.transport.self, protocol)
    // Nobody reads: more than fits on the way.
    const write = (async () => {
      for (;;) await stream.write(Buffer.alloc(1024 * 1024))
    })()
    write.catch(() => undefined)
    stream.abort(new Error('changed my mind'))
    await assert.rejects(write)
    await assert.rejects(stream.sent())
  })

  check('an abort is seen by the other side', async (world) => {
    const { alder, birch } = await pair(world)
    let isThere = false
    let seen: unknown
    birch.transport.handle(protocol, async (stream) => {
      isThere = true
      await readAll(stream).catch((error) => {
        seen = error
      })
    })
    const stream = await alder.transport.openStream(birch.transport.self, protocol)
    await stream.write(Buffer.from('begun'))
    // One that was aborted before it was there would not have to come.
    await until(() => isThere)
    stream.abort(new Error('changed my mind'))
    await until(() => seen !== undefined)
    await assert.rejects(readAll(stream), /changed my mind/)
    await assert.rejects(stream.write(Buffer.from('more')))
  })

  check('a service that fails aborts its stream, and the next one works', async (world) => {
    const { alder, birch } = await pair(world)
    let calls = 0
    birch.transport.handle(protocol, async (stream) => {
      calls += 1
      if (calls === 1) throw new Error('no luck')
      await stream.write(Buffer.from('fine'))
    })
    const open = (): Promise<PeerStream> => alder.transport.openStream(birch.transport.self, protocol)
    await assert.rejects(open().then(readAll))
    assert.equal(String(await readAll(await open())), 'fine')
  })

  check('a protocol that the other side does not speak, and a peer that is not there, are refused', async (world) => {
    const { alder, birch } = await pair(world)
    // Where nobody waits for that, it shows when the stream is read.
    await assert.rejects(alder.transport.openStream(birch.transport.self, '/isconf/unknown/1').then(readAll))
    const asked = ask(alder.transport, birch.transport.self, '/isconf/unknown/1', 'there?', askOptions)
    await assert.rejects(asked, (error) => !(error instanceof NoAnswerError))
    const cedar = await world.host('cedar')
    await assert.rejects(alder.transport.openStream(cedar.transport.self, protocol), /not connected/)
  })
}

function losses(check: Check): void {
  const halfSent = async (to: WorldHost, from: WorldHost) => {
    from.transport.handle(protocol, async (stream) => {
      await stream.write(Buffer.from('half of it'))
      await new Promise(() => undefined)
    })
    const stream = await to.transport.openStream(from.transport.self, protocol)
    const reader = stream.incoming[Symbol.asyncIterator]()
    assert.equal(String((await reader.next()).value), 'half of it')
    return { reader, stream }
  }

  check('a read fails when the other side dies in the middle', async (world) => {
    const { alder, birch } = await pair(world)
    const { reader, stream } = await halfSent(alder, birch)
    const next = reader.next()
    birch.crash()
    await assert.rejects(next)
    await assert.rejects(stream.write(Buffer.from('anybody?')))
    await until(() => alder.transport.peers().length === 0)
  })

  // It matters who dialed: what a closing host does first differs.
  for (const closes of ['listener', 'dialer'] as const) {
    check(`a read fails when the ${closes} closes in the middle: half is never taken for the whole`, async (world) => {
      const { alder, birch } = await pair(world)
      const [reading, closing] = closes === 'listener' ? [alder, birch] : [birch, alder]
      const { reader } = await halfSent(reading, closing)
      const next = reader.next()
      next.catch(() => undefined)
      await closing.transport.close()
      await assert.rejects(next)
    })
  }

  check('a peer that hangs is given up when the limit is reached', async (world) => {
    const { alder, birch } = await pair(world)
    answer(birch.transport, protocol, answerLimits, async () => 'here')
    assert.equal(await askBirch(alder, birch, 'there?'), 'here')
    birch.hang()
    const asked = ask(alder.transport, birch.transport.self, protocol, 'there?', { ...askOptions, timeoutMs: 300 })
    await assert.rejects(asked, NoAnswerError)
  })

  check('a peer that hangs is known by that it answers no ping, and is there again when it does', async (world) => {
    const { alder, birch } = await pair(world)
    const isHere = async () => 'here'
    answer(birch.transport, protocol, answerLimits, isHere)
    assert.equal(await askBirch(alder, birch, 'there?'), 'here')
    const peer = birch.transport.self
    assert.equal(alder.transport.liveness.hangs(peer), false)
    birch.hang()
    // Long before the limit: that would be an error of another kind.
    const asked = ask(alder.transport, peer, protocol, 'there?', { ...askOptions, timeoutMs: limitMs })
    await assert.rejects(asked, HangsError)
    assert.equal(alder.transport.liveness.hangs(peer), true)
    await assert.rejects(askBirch(alder, birch, 'there?'), HangsError)
    birch.wake()
    await until(() => !alder.transport.liveness.hangs(peer))
    assert.equal(await askBirch(alder, birch, 'there?'), 'here')
  })

  check('a service that never answers is given up when the limit is reached', async (world) => {
    const { alder, birch } = await pair(world)
    answer(birch.transport, protocol, answerLimits, () => new Promise(() => undefined))
    const asked = ask(alder.transport, birch.transport.self, protocol, 'there?', { ...askOptions, timeoutMs: 300 })
    await assert.rejects(asked, NoAnswerError)
  })
}

function requests(check: Check): void {
  check('ask() brings the answer, and the error of who answers', async (world) => {
    const { alder, birch } = await pair(world)
    answer(birch.transport, protocol, answerLimits, async (request, peer) => {
      if (request === 'fail') throw new Error('cannot')
      return { request, peer }
    })
    assert.deepEqual(await askBirch(alder, birch, { n: 1 }), { request: { n: 1 }, peer: alder.transport.self })
    await assert.rejects(askBirch(alder, birch, 'fail'), new RemoteError('UNEXPECTED', 'cannot'))
  })

  check(
    'a question to a peer that has just come is heard once, also when both dial at the same moment',
    async (world) => {
      const [alder, birch] = [await world.host('alder'), await world.host('birch')]
      const heard: unknown[] = []
      const answers: Promise<unknown>[] = []
      for (const one of [alder, birch]) {
        answer(one.transport, protocol, { requestBytesMax: 100_000, concurrentPerPeerMax: 8 }, async (request) => {
          const question = String(request).trimEnd()
          heard.push(question)
          return question
        })
        one.transport.onPeer(({ type, peer }) => {
          if (type !== 'up') return
          // More than a stranger may send before it is admitted.
          const questions = [1, 2, 3].map((number) => `${one.transport.self} ${number}${' '.repeat(50_000)}`)
          for (const question of questions) answers.push(ask(one.transport, peer, protocol, question, askOptions))
        })
      }
      await Promise.all([alder.transport.dial(birch.address), birch.transport.dial(alder.address)])
      await until(() => answers.length === 6)
      const all = await Promise.all(answers)
      assert.equal(new Set(all).size, 6)
      assert.deepEqual(all.toSorted(), heard.toSorted())
    },
  )

  check('requests and answers over their bound are refused', async (world) => {
    const { alder, birch } = await pair(world)
    answer(birch.transport, protocol, answerLimits, async () => 'x'.repeat(2_000))
    await assert.rejects(askBirch(alder, birch, 'x'.repeat(4_000_000)), { name: 'RemoteError', code: 'TOO_LONG' })
    await assert.rejects(askBirch(alder, birch, 'short'), { name: 'FrameTooLongError' })
  })

  check('a peer that asks too much at once is told so, and others are not', async (world) => {
    const { alder, birch } = await pair(world)
    const cedar = await world.host('cedar')
    await cedar.transport.dial(birch.address)
    const release: (() => void)[] = []
    answer(birch.transport, protocol, answerLimits, async () => {
      await new Promise<void>((resolve) => release.push(resolve))
      return 'done'
    })
    const asked = [askBirch(alder, birch, 1), askBirch(alder, birch, 2)]
    await until(() => release.length === 2)
    await assert.rejects(askBirch(alder, birch, 3), { name: 'RemoteError', code: 'BUSY' })
    asked.push(askBirch(cedar, birch, 4))
    await until(() => release.length === 3)
    for (const go of release) go()
    assert.deepEqual(await Promise.all(asked), ['done', 'done', 'done'])
  })
}

function admission(check: Check): void {
  const meet = async (world: TransportWorld, dialer: HostOptions, listener: HostOptions): Promise<void> => {
    const [alder, birch] = [await world.host('alder', dialer), await world.host('birch', listener)]
    try {
      await alder.transport.dial(birch.address)
      await until(() => isConnected(birch, alder))
    } catch (error) {
      await pause(100)
      assert.deepEqual([alder.transport.peers(), birch.transport.peers()], [[], []], 'no half connection is left')
      throw error
    }
  }

  check('a host of another domain is refused', async (world) => {
    await assert.rejects(meet(world, { domain: 'x.example' }, { domain: 'y.example' }), /other domain/)
  })

  check('a host with another key is refused by the listener', async (world) => {
    await assert.rejects(meet(world, { keys: keyFile('k1') }, { keys: keyFile('k2') }), /other key/)
  })

  check('a host without a key is refused by the dialer', async (world) => {
    await assert.rejects(meet(world, { keys: keyFile('k1') }, {}), /other key/)
  })

  const admitted: readonly [string, readonly string[], readonly string[]][] = [
    ['the same key', ['k1'], ['k1']],
    ['the new key still second', ['k1', 'k2'], ['k1']],
    ['the new key first at one side', ['k2', 'k1'], ['k1', 'k2']],
    ['+ANY+ and no key', ['k1', '+ANY+'], []],
    ['no keys', [], []],
  ]
  for (const [claim, dialer, listener] of admitted) {
    check(`hosts meet: ${claim}`, async (world) => {
      await meet(world, { keys: keyFile(...dialer) }, { keys: keyFile(...listener) })
    })
  }

  check('a key that is changed counts at the next handshake', async (world) => {
    let keys = keyFile('k1')
    const alder = await world.host('alder', { keys: () => keys() })
    const birch = await world.host('birch', { keys: keyFile('k2') })
    await assert.rejects(alder.transport.dial(birch.address), /other key/)
    keys = keyFile('k2')
    await alder.transport.dial(birch.address)
  })
}

/** What a key file with these lines means. */
function keyFile(...lines: string[]): () => DomainKeys {
  const accepts = lines.filter((line) => line !== '+ANY+')
  const keys = { ...noKeys, proves: accepts[0], accepts, acceptsAny: lines.includes('+ANY+') }
  return () => keys
}

async function isStill(count: () => number): Promise<boolean> {
  const before = count()
  await pause(50)
  return count() === before
}

function askBirch(from: WorldHost, birch: WorldHost, request: unknown): Promise<unknown> {
  return ask(from.transport, birch.transport.self as PeerId, protocol, request, askOptions)
}
