/**
 * Many inputs for the parsers of what comes from outside: `npm run fuzz -- --runs 100000 [--parser NAME] [--seed N]`,
 * so many for each. Prints a row for each parser, and of a finding the seed and the input; then the status is 1.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { betweenHosts } from './between-hosts.ts'
import { inputsLike } from './inputs.ts'
import { onTheHost } from './on-the-host.ts'
import type { Parser } from './parser.ts'

const options = {
  runs: { type: 'string', default: '10000' },
  parser: { type: 'string' },
  seed: { type: 'string' },
} as const
const { runs, parser: only, seed } = parseArgs({ options }).values
const chosen = [...betweenHosts, ...onTheHost].filter(({ name }) => only === undefined || name === only)
/** At once: fast-check keeps what it needs to go back. */
const roundRuns = 50_000

let [inputs, findings] = [0, 0]
for (const parser of chosen) await fuzz(parser)
console.log(`${inputs} inputs, ${findings} findings`)
process.exitCode = findings === 0 ? 0 : 1

async function fuzz({ name, seeds, parse }: Parser): Promise<void> {
  let slowestMs = 0
  const timed = async (bytes: Uint8Array): Promise<void> => {
    // Of the processor: what else the machine does is not the parser's.
    const began = process.threadCpuUsage()
    await parse(bytes)
    const { user, system } = process.threadCpuUsage(began)
    slowestMs = Math.max(slowestMs, (user + system) / 1000)
  }
  let done = 0
  for (let round = 0; done < Number(runs); round += 1) {
    const numRuns = Math.min(roundRuns, Number(runs) - done)
    const property = fc.asyncProperty(inputsLike(seeds), timed)
    const found = await fc.check(property, { numRuns, seed: (Number(seed ?? 1) + round) | 0 })
    done += found.numRuns
    if (!found.failed) continue
    findings += 1
    const [input = new Uint8Array()] = found.counterexample ?? []
    console.log(`${name}: seed ${found.seed}: ${JSON.stringify(Buffer.from(input).toString('latin1'))}`)
    console.log(String(found.errorInstance))
    break
  }
  inputs += done
  console.log(`${name}: ${done} inputs, the slowest took ${slowestMs.toFixed(1)} ms of the processor`)
}
