/** The table of `npm run sim -- --size N`. */
import type { Spread } from '../sim/fleet.ts'
import { messageBytes } from '../sim/traffic.ts'
import { connectionsText, latencyMs, type Phase, phases, rates, sizeFigures } from './size.ts'

const rateRows: Readonly<Partial<Record<Phase, string>>> = {
  idle: 'bytes/s sent by a host when idle',
  busy: 'bytes/s sent by a host with one check-in a minute',
}
const spreadRows: Readonly<Partial<Record<Phase, string>>> = {
  quiet: 'a change is on 50 %, 99 %, 100 % of the hosts after',
  lossy: 'the same, 5 % of the messages sent again a second later',
  restarting: 'the same, 10 % of the hosts off and back within 30 s, each counted from when it is back',
  healed: 'in a site that was cut off for 3 minutes, since it is healed',
}

/** Puts a fleet of so many hosts through some phases, and prints what came of it. */
export async function printSize(hosts: number, seed: number, asked: readonly Phase[]): Promise<void> {
  const began = Date.now()
  const note = (text: string): void => console.error(`${((Date.now() - began) / 1000).toFixed(0)} s: ${text}`)
  const figures = await sizeFigures({ seed, hosts, phases: asked, note })
  const rows = [
    ['hosts', `${hosts}`],
    ['connections of a host in the two minutes after all are switched on', connectionsText(figures.starting)],
    ['after that', connectionsText(figures.settled)],
    ['in what follows', connectionsText(figures.inPhases)],
    ...[...figures.rates].map(([phase, rate]) => [rateRows[phase], rates(rate)]),
    ...[...figures.spreads].map(([phase, spread]) => [spreadRows[phase], text(spread)]),
  ]
  console.log(`seed ${seed}, ${latencyMs} ms one way, ${messageBytes} bytes added to each message\n`)
  console.log('| | |\n| --- | --- |')
  for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`)
}

/** The phases of a list such as `quiet,lossy`; all when there is none. */
export function phasesOf(list: string | undefined): readonly Phase[] {
  const named = list?.split(',') ?? phases
  const unknown = named.find((one) => !phases.some((phase) => phase === one))
  if (unknown !== undefined) throw new Error(`no such phase: ${unknown} (there are ${phases.join(', ')})`)
  return phases.filter((phase) => named.includes(phase))
}

function text({ half, most, all }: Spread): string {
  return [half, most, all].map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')
}
