/**
 * `npm run bench -- [--short] [--json [FILE]] [NAME...]`: measures, and says what was wanted. It fails only when it
 * could not measure; whether a figure is met is for the reader.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { program } from '../test/harness/lab.ts'
import { admission } from './admission.ts'
import type { Bench, Benchmark } from './bench.ts'
import { blob } from './blob.ts'
import { durableRun } from './durable-run.ts'
import { fileWays } from './file-ways.ts'
import { fleet } from './fleet.ts'
import { hanging } from './hanging.ts'
import { hostkeeperNothing } from './hostkeeper-nothing.ts'
import { hostsConfBench } from './hosts-conf.ts'
import { idle } from './idle.ts'
import { largeFile } from './large-file.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { page } from './page.ts'
import { paths } from './paths.ts'
import { rehearsal } from './rehearsal.ts'
import { replay } from './replay.ts'
import { type ReplayedHosts, replayedHosts } from './replayed-hosts.ts'
import { jsonOf, machine, type Row, tableOf } from './report.ts'
import { slowLine } from './slow-line.ts'
import { smallFiles } from './small-files.ts'
import { start } from './start.ts'
import { twoProcesses } from './two-processes.ts'
import { upNothing } from './up-nothing.ts'
import { warnings } from './warnings.ts'

const benchmarks: readonly Benchmark[] = [
  upNothing,
  replay,
  smallFiles,
  blob,
  largeFile,
  fileWays,
  twoProcesses,
  slowLine,
  latency,
  hanging,
  idle,
  admission,
  start,
  fleet,
  page,
  paths,
  memory,
  hostsConfBench,
  durableRun,
  hostkeeperNothing,
  warnings,
  rehearsal,
]

interface Options {
  readonly chosen: readonly Benchmark[]
  readonly short: boolean
  /** `-` is standard output; undefined when no JSON was asked for. */
  readonly jsonPath: string | undefined
}

type End = () => Promise<void> | void

/** What to end with the whole run, and with the benchmark that goes on. */
const ends: End[] = []
const endsOfOne: End[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endAll([...ends, ...endsOfOne]).finally(() => process.exit(1)))

const options = parse(process.argv.slice(2))
if (options) process.exitCode = await main(options)
else process.exitCode = 22

async function main({ chosen, short, jsonPath }: Options): Promise<number> {
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run build`)
  const bench = benchOf(short)
  const { load: loadBefore, ...rest } = machine()
  const rows: Row[] = []
  let failed = 0
  for (const benchmark of chosen) {
    bench.say(`${benchmark.name}: ${benchmark.summary} (load ${loadavg()[0]?.toFixed(2)})`)
    try {
      rows.push(...(await benchmark.run(bench)))
    } catch (error) {
      failed += 1
      console.error(`bench: ${benchmark.name} could not be measured:`, error)
    }
    // Its daemons must not take time from the next.
    await endAll(endsOfOne)
  }
  await endAll(ends)
  const facts = { ...rest, short, loadBefore, loadAfter: machine().load }
  const text = `${Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}\n\n${tableOf(rows)}\n`
  if (jsonPath === '-') console.error(text)
  else console.log(text)
  if (jsonPath !== undefined) writeFileSync(jsonPath === '-' ? 1 : jsonPath, jsonOf(rows, { ...facts, failed }))
  return failed > 0 ? 1 : 0
}

function benchOf(short: boolean): Bench {
  const base = {
    short,
    say: (text: string) => console.error(`bench: ${text}`),
  }
  let made: Promise<ReplayedHosts> | undefined
  return {
    ...base,
    after: (end) => void endsOfOne.push(end),
    replayed: () => {
      made ??= replayedHosts({ ...base, after: (end) => void ends.push(end) })
      return made
    },
  }
}

async function endAll(ends: End[]): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
}

function parse(words: readonly string[]): Options | undefined {
  const rest = [...words]
  const short = takeWord(rest, '--short') !== undefined
  const jsonPath = takeWord(rest, '--json', (next) => !next.startsWith('-') && !isName(next))
  const unknown = rest.find((word) => !isName(word))
  if (unknown !== undefined) {
    console.error(`bench: no such benchmark: ${unknown}\nusage: npm run bench -- [--short] [--json [FILE]] [NAME...]`)
    for (const { name, summary } of benchmarks) console.error(`  ${name.padEnd(12)}${summary}`)
    return undefined
  }
  const chosen = rest.length > 0 ? benchmarks.filter(({ name }) => rest.includes(name)) : benchmarks
  return { chosen, short, jsonPath }
}

/** Takes a flag out of the words, with its value when the next word is one; `-` without. */
function takeWord(words: string[], flag: string, isValue = (_: string): boolean => false): string | undefined {
  const index = words.indexOf(flag)
  if (index < 0) return undefined
  const next = words[index + 1]
  const value = next !== undefined && isValue(next) ? next : undefined
  words.splice(index, value === undefined ? 1 : 2)
  return value ?? '-'
}

function isName(word: string): boolean {
  return benchmarks.some(({ name }) => name === word)
}
