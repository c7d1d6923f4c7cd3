import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { progressName } from '../make/index.ts'
import { Interruption } from './process.io.ts'
import { RunProgress } from './progress.io.ts'
import { openRunLog } from './run-log.io.ts'
import { StepWatch } from './step-watch.io.ts'

/** A watch over a run that this test tells how far it has come, as make does, and what time it is. */
async function watchOf(t: TestContext, interruption: Interruption, limitS: number) {
  const directory = temporaryDirectory(t)
  const terminal = { out: () => undefined, err: () => undefined, show: () => undefined }
  const log = openRunLog(join(directory, 'log'), 'id', 'head\n', terminal, () => undefined)
  const progress = await RunProgress.begin(directory)
  t.after(() => {
    progress.close()
    log.close()
  })
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const watch = new StepWatch(progress, log, interruption, limitS)
  return {
    begin: (step: string): void => appendFileSync(join(directory, progressName), `begin 1.00 ${step}\n`),
    lookAt: (seconds: number): Promise<void> => {
      nowMs = seconds * 1000
      watch.look()
      return watch.settled()
    },
  }
}

test('the limit of time holds for each step, not for all together', async (t) => {
  const interruption = new Interruption(() => undefined)
  const { begin, lookAt } = await watchOf(t, interruption, 10)
  for (const [seconds, step] of [
    [9, 'a'],
    [18, 'b'],
    [27, 'c'],
  ] as const) {
    begin(step)
    await lookAt(seconds)
  }
  await lookAt(36)
  assert.equal(interruption.limit, undefined)
  await lookAt(37)
  assert.equal(interruption.limit, 'c took longer than 10 seconds (HOSTKEEPER_STEP_TIMEOUT)')
})

test('a step that takes too long and ignores SIGTERM is killed after a while', { timeout: 60_000 }, async (t) => {
  const words = ['-c', "trap '' TERM; echo; exec sleep 600"]
  const child = spawn('sh', words, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const interruption = new Interruption(() => undefined)
  interruption.group = child.pid
  t.mock.timers.enable({ apis: ['setTimeout'] })
  interruption.endFor('it takes too long')
  t.mock.timers.tick(10_000)
  assert.deepEqual(await ended, [null, 'SIGKILL'])
})
