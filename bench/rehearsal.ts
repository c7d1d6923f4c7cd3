/** Rehearsing an installation against doing it: on one Debian host, whose disk is a directory of this machine's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { releaseVersion } from '../scripts/build.ts'
import { makeDeb } from '../scripts/packages/deb.ts'
import { NetLab } from '../test/harness/netns.ts'
import { debianRoot, debianScript, packageArchitecture } from '../test/installed/debian-lab.ts'
import { smallPackage } from '../test/installed/small-package.ts'
import { unlessRootHas } from '../test/support/tools.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'

/** What it is for a package that has no more than its programs. */
const filesPerPackage = 250
const names = ['top', 'first', 'second', 'third']
/** What is installed is to be on a disk, as on any host: a tmpfs makes dpkg's many fsyncs free. */
const onDisk = debianScript.replace('mount -t tmpfs -o size=2g tmpfs "$lab"', ':')

export const rehearsal: Benchmark = {
  name: 'rehearsal',
  summary: 'isconf rehearse of apt-get install of a package with three dependencies, against isconf exec of it',
  run: async (bench) => {
    const missing = unlessRootHas('debootstrap', 'dpkg-deb', 'ip', 'unshare', 'nsenter')
    if (missing !== false) {
      bench.say(missing)
      return []
    }
    const share = mkdtempSync(join(tmpdir(), 'isconf-bench-rehearsal-'))
    bench.after(() => rmSync(share, { recursive: true }))
    const debs = names.map((name) => smallPackage(share, { name, version: '1', ...contentOf(name) }))
    const deb = basename(
      await makeDeb(share, { version: releaseVersion(), architecture: packageArchitecture() }, 'none'),
    )
    const kind = { name: 'alder', script: onDisk, words: [debianRoot('bookworm'), share] }
    const [host] = (await NetLab.made(bench, [kind])).hosts
    if (!host) throw new Error('there is a host')
    await host.types(`dpkg -i /mnt/${deb} && isconf init example.com`)
    await host.types('isconf start && isconf lock bench')
    const install = ['apt-get', 'install', '-y', ...debs.map((name) => `/mnt/${name}`)]
    const samples = await takeTurns(bench.short ? 3 : 9, {
      rehearsed: () => timed(() => host.does('rehearse', ...install)),
      done: async () => {
        const ms = await timed(() => host.does('exec', ...install))
        await host.types(`dpkg --purge ${names.join(' ')}`)
        return ms
      },
    })
    const [rehearsedMs, doneMs] = [median(samples.rehearsed), median(samples.done)]
    return [
      {
        what: 'isconf rehearse of apt-get install, four packages',
        measured: rehearsedMs,
        unit: 'ms',
        against: { what: 'isconf exec of it', measured: doneMs, samples: samples.done },
        ratio: rehearsedMs / doneMs,
        wanted: { atMost: 1.3 },
        samples: samples.rehearsed,
      },
    ]
  },
}

function contentOf(name: string): { readonly depends?: string; readonly files: Readonly<Record<string, string>> } {
  const paths = Array.from({ length: filesPerPackage }, (_, index) => `/usr/share/${name}/${index}`)
  const files = Object.fromEntries(paths.map((path) => [path, path.repeat(200)]))
  return name === 'top' ? { depends: names.slice(1).join(', '), files } : { files }
}
