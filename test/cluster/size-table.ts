/** The table of `npm run sim -- --size N`. */
import { neighboursMax } from '../../src/mesh/neighbours.ts'
import type { Spread } from '../sim/fleet.ts'
import { messageBytes } from '../sim/traffic.ts'
import { latencyMs, rates, sizeFigures } from './size.ts'

/** Puts a fleet of so many hosts through everything and prints what came of it. */
export async function printSize(hosts: number, seed: number): Promise<void> {
  const began = Date.now()
  const note = (text: string): void => console.error(`${((Date.now() - began) / 1000).toFixed(0)} s: ${text}`)
  const figures = await sizeFigures({ seed, hosts, note })
  const [fewest, mean, most] = figures.connections
  const rows = [
    ['hosts', `${hosts}`],
    [`connections of a host (at most ${neighboursMax} are kept)`, `${fewest} to ${most}, mean ${mean.toFixed(1)}`],
    ['bytes/s sent by a host when idle', rates(figures.idle)],
    ['bytes/s sent by a host with one check-in a minute', rates(figures.busy)],
    ['a change is on 50 %, 99 %, 100 % of the hosts after', text(figures.quiet)],
    ['the same, 5 % of the messages sent again a second later', text(figures.lossy)],
    ['the same, 10 % of the hosts off and back within 30 s', text(figures.restarting)],
    ['in a site that was cut off for 3 minutes, since it is healed', text(figures.healed)],
  ]
  console.log(`seed ${seed}, ${latencyMs} ms one way, ${messageBytes} bytes added to each message\n`)
  console.log('| | |\n| --- | --- |')
  for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`)
}

function text({ half, most, all }: Spread): string {
  return [half, most, all].map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')
}
