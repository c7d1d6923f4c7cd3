/** How soon other hosts know: a lock that was taken, a changeset that was checked in. */
import { join } from 'node:path'
import { type Client, connect, type Status, socketName } from '../src/control/index.ts'
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { median, sleep } from './measure.ts'
import type { Row } from './report.ts'

const lookEveryMs = 2
const user = 'luke'

export const latency: Benchmark = {
  name: 'latency',
  summary: '`lock` and `ci` returned, until the other hosts have it',
  run: async (bench) => {
    const rounds = bench.short ? 3 : 20
    const lab = await Lab.of(bench, 'origin', 'near', 'far')
    await lab.start()
    const [first, ...rest] = lab.hosts as readonly [LabHost, ...LabHost[]]
    const [origin, others] = [controlOf(first), rest.map(controlOf)]
    const post = (path: string, body: object): Promise<unknown> => origin.post(path, { user, ...body }, () => undefined)
    const lockMs: number[] = []
    const ciMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      lockMs.push(
        await untilSeen(
          () => post('/v1/lock', { message: 'a change' }),
          others,
          ({ lock }) => lock !== null,
        ),
      )
      await post('/v1/exec', { cwd: first.path('tmp'), argv: ['/bin/true'] })
      const { operations } = (await origin.get('/v1/status')) as Status
      ciMs.push(
        await untilSeen(
          () => post('/v1/ci', {}),
          others,
          (status) => status.operations > operations,
        ),
      )
    }
    return [row('lock returned, seen on both others', lockMs), row('ci returned, in the journal of both others', ciMs)]
  },
}

/** From the end of `change` until every one of `others` shows it; below zero when they did before. */
async function untilSeen(
  change: () => Promise<unknown>,
  others: readonly Client[],
  isSeen: (status: Status) => boolean,
): Promise<number> {
  const seen = Promise.all(others.map((other) => seenAt(other, isSeen)))
  await change()
  const returnedMs = performance.now()
  return Math.max(...(await seen)) - returnedMs
}

async function seenAt(other: Client, isSeen: (status: Status) => boolean): Promise<number> {
  for (;;) {
    if (isSeen((await other.get('/v1/status')) as Status)) return performance.now()
    await sleep(lookEveryMs)
  }
}

function controlOf({ home }: LabHost): Client {
  return connect(join(home, socketName))
}

function row(what: string, samples: readonly number[]): Row {
  return {
    what,
    measured: median(samples),
    unit: 'ms',
    wanted: { atMost: 20 },
    note: `the median of ${samples.length}; the slowest ${Math.max(...samples).toFixed(1)} ms; below zero is before it returned`,
    samples,
  }
}
