/** A file of 2 GiB to another host, by its kind, against a smaller one: the speed of each byte. */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Benchmark } from './bench.ts'
import { distribute } from './blob.ts'
import { MiB, writeRandom } from './random-file.ts'
import type { Row } from './report.ts'

const pageBytes = 4096

export const largeFile: Benchmark = {
  name: 'large-file',
  summary: 'a file of 2 GiB to one host, random, sparse and zeros, against one of 256 MiB: time for each MiB',
  run: async (bench) => {
    const [small, large] = bench.short ? [16, 128] : [256, 2048]
    const perMiB = async (sizeMiB: number, write: (path: string) => void) => {
      const { tookMs, cpuMs, sentBytes } = await distribute(bench, sizeMiB, ['near'], write)
      return { ms: tookMs / sizeMiB, cpuMs: cpuMs / sizeMiB, sent: sentBytes / (sizeMiB * MiB) }
    }
    const random = (sizeMiB: number) => (path: string) => void writeRandom(path, sizeMiB)
    const smaller = await perMiB(small, random(small))
    const kinds: readonly (readonly [string, (path: string) => void])[] = [
      ['random', random(large)],
      ['sparse', (path) => writeSparse(path, large)],
      ['zeros', (path) => writeZeros(path, large)],
    ]
    const rows: Row[] = []
    for (const [kind, write] of kinds) {
      const { ms, cpuMs, sent } = await perMiB(large, write)
      const row = (what: string, measured: number, against: number): Row => ({
        what: `${large} MiB of ${kind}, ${what} for each MiB`,
        measured,
        unit: 'ms',
        against: { what: `${small} MiB, random`, measured: against, samples: [against] },
        ratio: measured / against,
        samples: [measured],
      })
      rows.push(row('time', ms, smaller.ms), row('CPU of both hosts', cpuMs, smaller.cpuMs), {
        what: `${large} MiB of ${kind}, sent`,
        measured: sent,
        unit: 'x',
        samples: [sent],
      })
    }
    return rows
  },
}

/** A page of data in every MiB, and holes. */
function writeSparse(path: string, sizeMiB: number): void {
  const file = begun(path)
  for (let at = 0; at < sizeMiB; at += 1)
    writeSync(file, Buffer.alloc(pageBytes, `page ${at} `), 0, pageBytes, at * MiB)
  ftruncateSync(file, sizeMiB * MiB)
  closeSync(file)
}

function writeZeros(path: string, sizeMiB: number): void {
  const file = begun(path)
  const zeros = new Uint8Array(MiB)
  for (let at = 0; at < sizeMiB; at += 1) writeSync(file, zeros)
  closeSync(file)
}

function begun(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  return openSync(path, 'w')
}
