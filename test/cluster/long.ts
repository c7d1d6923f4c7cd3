/**
 * Many seeded histories: `npm run sim -- --seeds 1000 [--from 5000] [--faults NAME]`, or one of them with its whole
 * trace: `npm run sim -- --seed 17 --faults 'failing hosts'`. With `--size N` what a fleet of N hosts costs, as a table, or
 * only some of it: `--phases quiet,lossy`.
 */
import { parseArgs } from 'node:util'
import { faultsByName, history, howToRepeat } from './histories.ts'
import { phasesOf, printSize } from './size-table.ts'

const options = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  faults: { type: 'string' },
  size: { type: 'string' },
  phases: { type: 'string' },
} as const
const { seeds, from, seed, faults, size, phases } = parseArgs({ options }).values

let failures = 0
if (size !== undefined) await printSize(Number(size), Number(seed ?? 1), phasesOf(phases))
else await manyHistories()
process.exitCode = failures === 0 ? 0 : 1

async function manyHistories(): Promise<void> {
  const names = faults === undefined ? Object.keys(faultsByName) : [faults]
  const first = Number(seed ?? from)
  const count = seed === undefined ? Number(seeds) : 1
  for (let one = first; one < first + count; one += 1) {
    for (const name of names) await live(one, name)
  }
  console.log(`${count * names.length} runs, ${failures} failed`)
}

async function live(one: number, name: string): Promise<void> {
  const kind = faultsByName[name]
  if (!kind) throw new Error(`no such faults: ${name} (there are ${Object.keys(faultsByName).join(', ')})`)
  try {
    const { cluster } = await history(one, kind)
    if (seed !== undefined) console.log(cluster.trace.join('\n'))
  } catch (error) {
    failures += 1
    console.log(`seed ${one} with ${name} failed; to see it alone: ${howToRepeat(one, name)}`)
    const message = (error as Error).message
    console.log(seed === undefined ? message.split('\n\n')[0] : message)
  }
}
