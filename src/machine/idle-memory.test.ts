import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { giveBackAtRest } from './idle-memory.ts'

const MB = 1_000_000
const minuteMs = 60_000

/** A process whose load and memory a test sets; its garbage goes when memory is given back. */
class Process {
  readonly clock = new SimClock()
  loadShare = 0
  neededMB = 50
  garbageMB = 40
  givenBack = 0
  freeGivenBack = 0
  #spentMs = 0
  readonly stop = giveBackAtRest({
    clock: this.clock,
    residentBytes: () => (this.neededMB + this.garbageMB) * MB,
    cpuMs: () => this.#spentMs,
    giveBackAll: () => {
      this.givenBack += 1
      this.garbageMB = 0
    },
    giveBackFree: () => {
      this.freeGivenBack += 1
    },
  })

  async run(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 1_000) {
      this.#spentMs += 1_000 * this.loadShare
      await this.clock.run(1_000)
    }
  }
}

test('giveBackAtRest() waits until the start is over', async () => {
  const one = new Process()
  one.loadShare = 0.5
  await one.run(30_000)
  assert.equal(one.givenBack, 0)
  one.loadShare = 0.001
  await one.run(10_000)
  assert.equal(one.givenBack, 1)
  await one.run(15_000)
  assert.equal(one.givenBack, 2, 'once more, for what only then is let go of')
  await one.run(10 * minuteMs)
  assert.equal(one.givenBack, 2)
})

test('giveBackAtRest() does it again after work that has left much behind, and not for little', async () => {
  const one = new Process()
  await one.run(minuteMs)
  one.garbageMB = 5
  await one.run(10 * minuteMs)
  assert.deepEqual([one.givenBack, one.freeGivenBack], [2, 10], 'what is free, once a minute')
  one.garbageMB = 30
  one.loadShare = 0.5
  await one.run(2 * minuteMs)
  assert.deepEqual([one.givenBack, one.freeGivenBack], [2, 10], 'it works')
  one.loadShare = 0
  await one.run(minuteMs)
  assert.equal(one.givenBack, 4)
})

test('giveBackAtRest() does not try again for what is needed', async () => {
  const one = new Process()
  one.neededMB = 200
  await one.run(60 * minuteMs)
  assert.equal(one.givenBack, 2)
  one.neededMB = 50
  await one.run(2 * minuteMs)
  one.garbageMB = 30
  await one.run(2 * minuteMs)
  assert.equal(one.givenBack, 4, 'what is needed is less by then')
})

test('giveBackAtRest() is over when it is told so', async () => {
  const one = new Process()
  one.stop()
  await one.run(60 * minuteMs)
  assert.equal(one.givenBack, 0)
})
