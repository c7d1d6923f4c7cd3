/** isync of an unchanged file and a run with nothing to do: what every boot pays for each step and for itself. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const against = 'node -e 0'
const work = {
  'isync of an unchanged file': { program: 'isync', words: ['etc/motd'], atMost: 1.4 },
  'hostkeeper run, nothing to do': { program: 'hostkeeper', words: ['run'], atMost: 2 },
} as const

export const hostkeeperNothing: Benchmark = {
  name: 'hostkeeper-nothing',
  summary: '`isync` of an unchanged file and `hostkeeper run` with nothing to do, against `node -e 0`',
  run: async (bench) => {
    const home = mkdtempSync(join(root, 'dist/bench-'))
    bench.after(() => rmSync(home, { recursive: true, force: true }))
    mkdirSync(join(home, 'tree/files/etc'), { recursive: true })
    mkdirSync(join(home, 'root'))
    writeFileSync(join(home, 'tree/files/etc/motd'), 'hello\n')
    writeFileSync(join(home, 'tree/hosts.conf'), 'DEFAULT: PACKAGES="a b"\n')
    writeFileSync(join(home, 'tree/packages.conf'), 'all: $(PACKAGES)\na b:\n\ttouch $@\n')
    const places = { ISCONFDIR: home, HOSTKEEPER_MOTD: home, HOSTKEEPER_RUN: home, HOSTKEEPER_ROOT: join(home, 'root') }
    const env = { ...process.env, ...places, IS_HOSTNAME: 'scramjet' }
    const node = async (...words: readonly string[]): Promise<void> => {
      const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    }
    const does = Object.entries(work).map(([what, { program, words, atMost }]) => {
      return { what, atMost, words: [join(root, `dist/${program}.js`), ...words] }
    })
    for (const { words } of does) await node(...words)
    const samples: Readonly<Record<string, readonly number[]>> = await takeTurns(bench.short ? 5 : 21, {
      [against]: () => timed(() => node('-e', '0')),
      ...Object.fromEntries(does.map(({ what, words }) => [what, () => timed(() => node(...words))])),
    })
    const nodeMs = median(samples[against] ?? [])
    return does.map(({ what, atMost }) => {
      const own = samples[what] ?? []
      return {
        what,
        measured: median(own),
        unit: 'ms',
        against: { what: against, measured: nodeMs, samples: samples[against] ?? [] },
        ratio: median(own) / nodeMs,
        wanted: { atMost },
        samples: own,
      }
    })
  },
}
