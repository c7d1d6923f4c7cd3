/** Gives the system what this process does not need of its memory: of a daemon, and of its network process. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Cancel, Clock } from '../base/index.ts'
import { giveBackAtRest } from './idle-memory.ts'
import { systemCalls } from './system-calls.io.ts'

/** To go through more would take too long. */
const heapBytesMax = 96 * 1024 * 1024

/** Does it each time that this process rests and has something to give back. Ends with the function returned. */
export function giveMemoryBackAtRest(clock: Clock): Cancel {
  return giveBackAtRest({
    clock,
    residentBytes: process.memoryUsage.rss,
    cpuMs: () => cpuMsOf(process.cpuUsage()),
    giveBackAll,
    giveBackFree,
  })
}

function cpuMsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000
}

/** How it is collected: all code goes that is not running, whatever it is compiled to, and what is left moves together. */
const collectingFlags = ['expose-gc', 'stress-flush-code', 'flush-baseline-code', 'compact-on-every-full-gc']

/** Takes about a tenth of a second, in which nothing else goes on. */
export function giveBackAll(): void {
  if (getHeapStatistics().used_heap_size <= heapBytesMax) collectAll()
  // Afterwards, for much of it was held by objects.
  giveBackFree()
}

/** What malloc has free between what is in use. */
function giveBackFree(): void {
  systemCalls().calls?.trimMalloc?.()
}

/**
 * Collects all garbage and gives its pages back, as V8 does by itself only when memory is short: that is what the flavor
 * asks for. Code that only the start ran goes too, and is compiled again where it is called.
 */
function collectAll(): void {
  for (const flag of collectingFlags) setFlagsFromString(`--${flag}`)
  try {
    const collect = runInNewContext('gc') as (options: object) => void
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  } finally {
    // What is loaded later is compiled under the flags of the start, by which what Node has compiled is found again.
    for (const flag of collectingFlags) setFlagsFromString(`--no-${flag}`)
  }
}
