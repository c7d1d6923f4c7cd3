import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client, EventListener } from '../control/index.ts'
import { patientClient } from './patience.ts'

/** A screen, or what is none, on which a daemon is asked that answers when it is told to. */
function asking({ isScreen = true, quiet = false } = {}) {
  const moved: string[] = []
  let next = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<unknown>()
  let listener: EventListener | undefined
  const direct = {
    post: (_path: string, _body: object, onEvent: EventListener) => {
      listener = onEvent
      return answer.promise
    },
  } as unknown as Client
  const client = patientClient(direct, 'ci', {
    terminal: {
      out: () => undefined,
      err: () => undefined,
      move: (text) => {
        if (isScreen) moved.push(text)
        return isScreen
      },
    },
    sleep: (delayMs) => {
      assert.equal(delayMs, 1_000)
      return next.promise
    },
    flags: { quiet },
  })
  return {
    ...{ moved, answer },
    result: client.post('/v1/ci', {}, () => undefined),
    tell: () => listener?.({ event: 'remark', text: 'something' }),
    second: async () => {
      const { resolve } = next
      next = Promise.withResolvers<void>()
      resolve()
      // What waits for it goes on.
      await new Promise(setImmediate)
    },
  }
}

test('on a screen who waits is shown for how long, until the daemon tells something', async () => {
  const { moved, answer, result, tell, second } = asking()
  await second()
  await second()
  assert.deepEqual(moved, ['isconf: ci: 1 s', 'isconf: ci: 2 s'])
  tell()
  await second()
  tell()
  answer.resolve('done')
  assert.equal(await result, 'done')
  assert.deepEqual(moved.slice(2), [''])
})

test('what is shown is taken away when the answer comes, also a failure', async () => {
  const { moved, answer, result, second } = asking()
  await second()
  answer.reject(new Error('no'))
  await assert.rejects(result)
  await second()
  assert.deepEqual(moved, ['isconf: ci: 1 s', ''])
})

test('nothing is shown where there is no screen, and with -q', async () => {
  for (const one of [asking({ isScreen: false }), asking({ quiet: true })]) {
    await one.second()
    one.answer.resolve('done')
    await one.result
    assert.deepEqual(one.moved, [])
  }
})
