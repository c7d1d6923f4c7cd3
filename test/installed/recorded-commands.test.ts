/**
 * Commands of package managers as they are recorded and replayed, on a stock Debian 12 and 13: with what environment
 * they run, and what is done about those that were interrupted or find another at work. `npm run test:installed`.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import { NetLab } from '../harness/netns.ts'
import { unlessRootHas } from '../support/tools.ts'
import { debianRoot, debianScript, packageArchitecture, suites } from './debian-lab.ts'
import { askingPackage, smallPackage } from './small-package.ts'

const skip = unlessRootHas('debootstrap', 'dpkg-deb', 'ip', 'unshare', 'nsenter')
let share = ''
let deb = ''

before(async () => {
  if (skip) return
  for (const suite of suites) debianRoot(suite)
  share = mkdtempSync(join(tmpdir(), 'isconf-recorded-'))
  const architecture = packageArchitecture()
  deb = basename(await makeDeb(share, { version: releaseVersion(), architecture }, 'none'))
})

after(() => {
  if (share) rmSync(share, { recursive: true })
})

/** A Debian 12 and a Debian 13 of one domain, both with a daemon that an odd shell has started. */
async function twoReleases(t: { after: (fn: () => Promise<void>) => void }) {
  const names = { alder: 'bookworm', birch: 'trixie' } as const
  const { hosts } = await NetLab.made(
    t,
    Object.entries(names).map(([name, suite]) => ({ name, script: debianScript, words: [debianRoot(suite), share] })),
  )
  const [alder, birch] = hosts
  assert.ok(alder && birch)
  for (const host of hosts) {
    await host.types(`dpkg -i /mnt/${deb}`)
    await host.types('isconf init example.com --key - <<EOF\n12345678901234567890\nEOF')
    await host.types('export TERM=xterm DEBIAN_FRONTEND=dialog PAGER=less; ulimit -S -n 99; nice -n 3 isconf start')
  }
  await alder.untilConnectedTo(birch)
  return [alder, birch] as const
}

test('a package that asks gets its default answers, twice, and the same surroundings below apt as below dpkg', {
  skip,
}, async (t) => {
  const debs = ['1', '2', '3'].map((version) => askingPackage(share, version))
  const [alder, birch] = await twoReleases(t)
  await alder.does('lock', 'a package that asks')
  await alder.types(
    'isconf exec sh -c \'printf "#!/bin/sh\\n" >/usr/local/bin/local-program; chmod +x /usr/local/bin/local-program\'',
  )
  for (const name of debs.slice(0, 2)) await alder.types(`isconf exec apt-get install -y /mnt/${name}`)
  await alder.types(`isconf exec dpkg -i /mnt/${debs[2]}`)
  await alder.types("isconf exec sh -c 'ulimit -n; nice' >/root/limits")
  await alder.does('ci')
  await birch.does('up')
  for (const host of [alder, birch]) {
    const answers = 'choice=two\nyes=true\nword=something\n/usr/local/bin/local-program\n'
    const expected = ['1', '2', '3'].map((version) => `version ${version}\n${answers}`).join('')
    assert.equal(await host.read('/root/asked'), expected, host.name)
  }
  assert.equal(await alder.read('/root/limits'), '1024\n0\n')
})

/** Holds a lock as apt does, until it is killed: perl is on every Debian. */
const holdLock =
  'perl -e \'open(F, "+>>", $ARGV[0]) or die; $l = pack("ssx4qqlx4", 1, 0, 0, 0, 0); fcntl(F, 6, $l) or die; open(G, ">/root/held"); close(G); sleep 1000\''

test('an interrupted dpkg is brought to its end before apt, a lock of apt is waited for, and both are said', {
  skip,
}, async (t) => {
  const postinst = '#!/bin/sh\ntest -e /root/go || { touch /root/begun; exec sleep 1000; }\n'
  const slow = smallPackage(share, { name: 'slow', version: '1', control: { postinst } })
  const other = smallPackage(share, { name: 'other', version: '1' })
  const [alder, birch] = await twoReleases(t)
  for (const host of [alder, birch])
    await host.types(
      `setsid dpkg -i /mnt/${slow} >/dev/null 2>&1 & until test -e /root/begun; do sleep 0.05; done; kill -s KILL -- -$!; touch /root/go`,
    )
  assert.notEqual((await alder.sh(`apt-get install -y /mnt/${other}`)).status, 0, 'apt itself refuses')
  await alder.does('lock', 'after an interruption')
  const here = await alder.types(`isconf exec apt-get install -y /mnt/${other}`)
  await alder.does('ci')
  const there = await birch.does('up')
  for (const { stderr } of [here, there])
    assert.match(stderr, /an earlier dpkg was interrupted: running dpkg --configure -a first/)
  for (const host of [alder, birch])
    assert.equal(
      (await host.types("dpkg-query -Wf '${Status}\\n' slow other")).stdout,
      'install ok installed\n'.repeat(2),
    )

  await alder.does('lock', 'while another is at work')
  await alder.types(
    `${holdLock} /var/cache/apt/archives/lock >/dev/null 2>&1 & until test -e /root/held; do sleep 0.05; done; echo $! >/root/holder`,
  )
  const waits = alder.types('isconf exec apt-get remove -y other 2>/root/said')
  await alder.types(
    "until grep -q 'waiting: perl.* is at work on this host, and has /var/cache/apt/archives/lock' /root/said; do sleep 0.05; done",
  )
  await alder.types('kill -9 $(cat /root/holder)')
  await waits
})
