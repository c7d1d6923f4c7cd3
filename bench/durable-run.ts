/** What it costs that the disks are synced before the end of a run is recorded. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './bench.ts'
import { median, takeTurns } from './measure.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'dist/hostkeeper.js')
const steps = Array.from({ length: 20 }, (_, at) => `step-${at + 1}`)
const packages = `all: ${steps.join(' ')}
${steps.join(' ')}:
\thead -c 1000000 /dev/urandom > $(DATA)/$@
\ttouch $@
`

export const durableRun: Benchmark = {
  name: 'durable-run',
  summary: 'a run of twenty steps that write 1 MB each, and the same with a sync that does nothing',
  run: async (bench) => {
    // On a disk: /tmp may be in memory.
    const directory = mkdtempSync(join(root, 'dist/bench-'))
    bench.after(() => rmSync(directory, { recursive: true, force: true }))
    const [home, data, bin] = ['home', 'data', 'bin'].map((name) => join(directory, name)) as [string, string, string]
    for (const path of [join(home, 'tree/bin'), data, bin]) mkdirSync(path, { recursive: true })
    writeFileSync(join(home, 'tree/hosts.conf'), `DEFAULT: DATA=${data}\n`)
    writeFileSync(join(home, 'tree/packages.conf'), packages)
    copyFileSync(join(root, 'packaging/platform'), join(home, 'tree/bin/platform'))
    writeFileSync(join(bin, 'sync'), '#!/bin/sh\n', { mode: 0o755 })
    const runMs = async (path: string): Promise<number> => {
      rmSync(join(home, 'stamps'), { recursive: true, force: true })
      const env = { ...process.env, ISCONFDIR: home, HOSTKEEPER_MOTD: home, IS_HOSTNAME: 'scramjet', PATH: path }
      const beganMs = performance.now()
      const { status, stderr } = spawnSync(process.execPath, [program, 'run', 'BOOT'], { env, encoding: 'utf8' })
      const endedMs = performance.now()
      if (status !== 0) throw new Error(stderr)
      return endedMs - beganMs
    }
    const path = process.env['PATH'] ?? ''
    const samples = await takeTurns(bench.short ? 5 : 20, {
      durable: () => runMs(path),
      bare: () => runMs(`${bin}:${path}`),
    })
    const [measured, bare] = [median(samples.durable), median(samples.bare)]
    const against = { what: 'the same without syncing the disks', measured: bare, samples: samples.bare }
    return [
      {
        what: `a run of ${steps.length} steps that write 1 MB each`,
        measured,
        unit: 'ms',
        samples: samples.durable,
        against,
        ratio: measured / bare,
      },
    ]
  },
}
