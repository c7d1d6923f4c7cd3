/** How long a question takes over 1 Mbit/s while a file, or a long answer, comes from the same host. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { assertDone, begin } from '../test/harness/lab.ts'
import type { Bench, Benchmark } from './bench.ts'
import { median } from './measure.ts'

const program = fileURLToPath(new URL('slow-line-host.ts', import.meta.url))
/** Of each process: behind a file five questions take a minute and a half. */
const limitMs = 300_000
const addresses = ['10.98.0.1', '10.98.0.2'] as const

export const slowLine: Benchmark = {
  name: 'slow-line',
  summary: 'a question over 1 Mbit/s while a file, or a long answer, comes from the same host; needs root, ip and tc',
  run: async (bench) => {
    const [sender, receiver] = namespaces(bench)
    const serving = begin(['ip', 'netns', 'exec', sender, process.execPath, program, 'serve', addresses[0]], {
      limitMs,
    })
    bench.after(() => void serving.child.kill())
    await new Promise((resolve) => serving.child.stdout?.once('data', resolve))
    const questions = async (way: string): Promise<readonly number[]> => {
      const words = [process.execPath, program, 'ask', addresses[1], addresses[0], way]
      const { stdout } = assertDone(await begin(['ip', 'netns', 'exec', receiver, ...words], { limitMs }).done)
      return stdout.trim().split('\n').map(Number)
    }
    const samples = {
      ...{ own: await questions('openFileStream'), link: await questions('link'), one: await questions('openStream') },
      ...{ portions: await questions('portions'), whole: await questions('whole') },
    }
    return [
      {
        what: 'a question beside a file on a connection of its own, at 1 Mbit/s',
        measured: median(samples.own),
        unit: 'ms',
        against: { what: 'on one connection', measured: median(samples.one), samples: samples.one },
        ratio: median(samples.own) / median(samples.one),
        samples: samples.own,
      },
      {
        what: 'a question beside a file that comes on the link, in portions, at 1 Mbit/s',
        measured: median(samples.link),
        unit: 'ms',
        against: { what: 'at once', measured: median(samples.one), samples: samples.one },
        ratio: median(samples.link) / median(samples.one),
        samples: samples.link,
      },
      {
        what: 'a question beside a long answer that is asked for in portions, at 1 Mbit/s',
        measured: median(samples.portions),
        unit: 'ms',
        against: { what: 'that comes at once', measured: median(samples.whole), samples: samples.whole },
        ratio: median(samples.portions) / median(samples.whole),
        samples: samples.portions,
      },
    ]
  },
}

/** Two network namespaces with a line between them, of which the first one's end is slow. */
function namespaces(bench: Bench): readonly [string, string] {
  const names = [`isconf-bench-${process.pid}-1`, `isconf-bench-${process.pid}-2`] as const
  bench.after(() => {
    for (const name of names) execFileSync('ip', ['netns', 'del', name])
  })
  const run = (words: string): void => void execFileSync('sh', ['-ec', words], { stdio: ['ignore', 'ignore', 'pipe'] })
  for (const name of names) run(`ip netns add ${name}; ip -n ${name} link set lo up`)
  run(`ip -n ${names[0]} link add eth0 type veth peer name eth0 netns ${names[1]}`)
  for (const [index, name] of names.entries())
    run(`ip -n ${name} addr add ${addresses[index]}/24 dev eth0; ip -n ${name} link set eth0 up`)
  run(`ip netns exec ${names[0]} tc qdisc add dev eth0 root tbf rate 1mbit burst 16kb latency 400ms`)
  return names
}
