/**
 * A run of twenty steps, killed at random moments: the stamps that are left are true, and no step runs twice but the one
 * that was under way. CI kills a hundred times (ISCONF_KILLS=100).
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockHolder } from '../../src/hostkeeper/program/lock.io.ts'
import { timedStamps } from '../../src/hostkeeper/run/stamp-run.io.ts'
import { assertDone, assertNoTrace, until } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'
import { type MakeHost, makeHost, stateInMake } from './make-host.ts'

const kills = Number(process.env['ISCONF_KILLS'] ?? 15)
const steps = Array.from({ length: 20 }, (_, at) => `s${at + 1}`)

/** Each step makes its stamp first, and is done when it has written its second line. Every other one needs the one before. */
const packages = `all: ${steps.join(' ')}
${steps.join(' ')}:
\t@echo x > $@
\t@echo begun $@ >> ${stateInMake}/done
\t@sleep 0.01
\t@echo done $@ >> ${stateInMake}/done
${steps.flatMap((step, at) => (at % 2 === 1 ? [`${step}: ${steps[at - 1]}`] : [])).join('\n')}
`

const linesOf = (host: MakeHost): readonly string[] => {
  const path = join(host.state, 'done')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

/** The lock's second file names the group of make. */
function kill(host: MakeHost, victim: 'hostkeeper' | 'make' | 'everything'): void {
  const first = (name: string): number => {
    try {
      return Number(readFileSync(join(host.home, name), 'utf8').split(' ')[0])
    } catch {
      return Number.NaN
    }
  }
  const ids = {
    hostkeeper: [first('lock')],
    make: [-first('lock.make')],
    everything: [first('lock'), -first('lock.make')],
  }
  for (const id of ids[victim]) {
    try {
      // A file that is being written names nobody.
      if (Number.isInteger(id) && Math.abs(id) > 1) process.kill(id, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}

/** Small, and the same each time, so that a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

test(`${kills} kills at random moments of a run of twenty steps leave true stamps and a free lock`, {
  skip: unlessThere('make'),
  timeout: 900_000,
}, async (t) => {
  const seed = Number(process.env['ISCONF_KILL_SEED'] ?? Date.now() % 1_000_000)
  t.diagnostic(`ISCONF_KILL_SEED=${seed}`)
  const random = randomOf(seed)
  const host = makeHost(t, { 'hosts.conf': 'DEFAULT: A=b\n', 'packages.conf': packages })
  let done = 0
  while (done < kills) {
    writeFileSync(join(host.state, 'done'), '')
    let round = 0
    for (;;) {
      const { child, done: ended } = host.begin(['run', 'BOOT'])
      const begunBefore = linesOf(host).length
      const target = begunBefore + Math.floor(random() * 12)
      await until(() => linesOf(host).length >= target || child.exitCode !== null, 'the run has come so far')
      kill(host, (['hostkeeper', 'make', 'everything'] as const)[Math.floor(random() * 3)] ?? 'make')
      const run = await ended
      assertNoTrace(run)
      await until(async () => (await lockHolder(join(host.home, 'lock'))) === undefined, 'make is gone')
      const finished = new Set(linesOf(host).flatMap((line) => (line.startsWith('done ') ? [line.slice(5)] : [])))
      for (const { name } of timedStamps(host.stamps))
        assert.ok(finished.has(name), `seed ${seed}: ${name} is believed and not done`)
      if (run.status === 0) break
      round += 1
      done += 1
    }
    const ends = linesOf(host).filter((line) => line.startsWith('done '))
    assert.deepEqual([...new Set(ends)].sort(), steps.map((step) => `done ${step}`).sort())
    // A step that was under way at a kill is done again, and what needs it; no other.
    assert.ok(ends.length <= steps.length + 2 * round, `seed ${seed}: ${ends.length} ends after ${round} kills`)
    assertDone(await host.run(['run', 'BOOT']))
    assertDone(await host.run(['stamps', 'remove', ...steps]))
  }
})
