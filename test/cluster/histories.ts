/** The runs of a cluster that are tried, by the faults that happen in them. */
import { Story } from '../sim/cluster-story.ts'
import { brokenNetwork, everything, type Faults, failingHosts, wholeNetwork } from '../sim/faults.ts'

export const faultsByName: Readonly<Record<string, Faults>> = {
  'a whole network': wholeNetwork,
  'failing hosts': failingHosts,
  'a broken network': brokenNetwork,
  everything,
}

/** One run: the seed decides how many hosts there are and everything that happens. */
export function history(seed: number, faults: Faults): Promise<Story> {
  const names = ['alder', 'birch', 'cedar', 'elder', 'fir']
  return Story.run({ seed, hosts: names.slice(0, seed % 4 === 0 ? 5 : 3), faults, steps: 60 })
}

/** How to live a run again, alone. */
export function howToRepeat(seed: number, faultsName: string): string {
  return `npm run sim -- --seed ${seed} --faults '${faultsName}'`
}
