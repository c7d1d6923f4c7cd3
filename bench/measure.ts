/** Measuring: rounds that take turns, so that what else the machine does falls on all contenders alike. */

/** One thing that is measured: does it once and gives a number, most often milliseconds. */
export type Contender = () => Promise<number>

/**
 * Runs each contender once a round, in an order that shifts by one each round.
 * Its samples by its name.
 */
export async function takeTurns<Name extends string>(
  rounds: number,
  contenderByName: Readonly<Record<Name, Contender>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(contenderByName) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length] as Name
      samples[name].push(await contenderByName[name]())
    }
  }
  return samples
}

/** How long something takes, in milliseconds. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await run()
  return performance.now() - beganMs
}

/** The one in the middle; of two in the middle, their mean. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
