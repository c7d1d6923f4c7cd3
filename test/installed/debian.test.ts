/**
 * The package on a stock Debian 12 and a stock Debian 13, as a person would have it: installed with dpkg, a change from
 * one to the other, an upgrade through the own journal, removed and purged. `npm run test:installed`.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import { NetLab } from '../harness/netns.ts'
import { until } from '../harness/run.ts'
import { unlessRootHas } from '../support/tools.ts'
import { debianRoot, debianScript, packageArchitecture, type Suite, suites } from './debian-lab.ts'
import { assertNetworkLeft, leaveNetwork } from './network-left.ts'

const skip = unlessRootHas('debootstrap', 'dpkg-deb', 'ip', 'unshare', 'nsenter')
const nextVersion = `${releaseVersion()}.next`
let share = ''
let deb = ''
let nextDeb = ''

before(async () => {
  if (skip) return
  for (const suite of suites) debianRoot(suite)
  share = mkdtempSync(join(tmpdir(), 'isconf-packages-'))
  const architecture = packageArchitecture()
  deb = basename(await makeDeb(share, { version: releaseVersion(), architecture }, 'none'))
  nextDeb = basename(await makeDeb(share, { version: nextVersion, architecture }, 'none'))
})

after(() => {
  if (share) rmSync(share, { recursive: true })
})

/** Hosts of these releases on one network, each with the packages at /mnt. */
const debianHosts = (t: { after: (fn: () => Promise<void>) => void }, hosts: Readonly<Record<string, Suite>>) =>
  NetLab.made(
    t,
    Object.entries(hosts).map(([name, suite]) => ({ name, script: debianScript, words: [debianRoot(suite), share] })),
  )

/** Every path of the root file system but for dpkg's own records and logs. */
const everyPath =
  'find / -xdev \\( -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /tmp -o -path /run \\) -prune -o -print | sort'

test('a change goes from a stock Debian 12 to a stock Debian 13, and so does the next release', { skip }, async (t) => {
  const { hosts } = await debianHosts(t, { alder: 'bookworm', birch: 'trixie' })
  const [alder, birch] = hosts
  assert.ok(alder && birch)
  for (const host of hosts) {
    assert.notEqual((await host.sh('command -v node')).status, 0, 'there is no Node on a stock Debian')
    await host.types(`dpkg -i /mnt/${deb}`)
    await leaveNetwork(host)
    assert.equal((await host.types('isconf -V')).stdout, `isconf ${releaseVersion()}\n`)
  }

  // Without a domain it changes nothing, and the hint is the next step.
  await alder.does('start')
  const refused = await alder.run('lock', 'too early')
  assert.notEqual(refused.status, 0)
  assert.match(refused.stderr, /isconf init/)
  await alder.does('init', 'example.com')
  const key = await alder.read('/var/is/conf/hmac_keys')
  await birch.types(`isconf init example.com --key - <<'EOF'\n${key}EOF`)
  await birch.does('start')
  await alder.untilConnectedTo(birch)
  for (const host of hosts) await assertNetworkLeft(host)

  await alder.types('mkdir /root/build && echo hello > /root/build/motd && chmod 640 /root/build/motd')
  await alder.does('lock', 'the first change')
  await alder.types('isconf snap /root/build/motd')
  await alder.types("isconf exec sh -c 'cp /root/build/motd /etc/motd; cat /etc/debian_version >> /etc/motd'")
  await alder.does('ci')
  await birch.does('up')
  assert.match(await alder.read('/etc/motd'), /^hello\n12/)
  assert.match(await birch.read('/etc/motd'), /^hello\n13/)
  assert.equal((await birch.types('stat -c %a /root/build/motd')).stdout, '640\n')

  await alder.types(`cp /mnt/${nextDeb} /root/build/`)
  await alder.does('lock', 'the next release')
  await alder.types(`isconf snap /root/build/${nextDeb}`)
  await alder.types(`isconf exec dpkg -i /root/build/${nextDeb}`)
  await alder.does('ci')
  await birch.does('up')
  for (const host of hosts) {
    assert.equal((await host.types('isconf -V')).stdout, `isconf ${nextVersion}\n`)
    await until(async () => (await host.status()).release === nextVersion, `${host.name} has gone over`, 60_000)
  }
  await alder.does('lock', 'and it goes on')
  await alder.types('isconf exec touch /root/build/after')
  await alder.does('ci')
  await birch.does('up')
  await birch.types('test -e /root/build/after')
  for (const host of hosts) await assertNetworkLeft(host)
})

for (const suite of suites) {
  test(`on ${suite} a removal stops the daemon and keeps the journal, and a purge leaves nothing`, {
    skip,
  }, async (t) => {
    const { hosts } = await debianHosts(t, { alder: suite })
    const [alder] = hosts
    assert.ok(alder)
    const before = (await alder.types(everyPath)).stdout
    await alder.types(`dpkg -i /mnt/${deb}`)
    await alder.types('isconf init example.com')
    await alder.does('start')
    await alder.does('lock', 'something to keep')
    await alder.types('isconf exec true')
    await alder.does('ci')
    await alder.types('dpkg -r isconf')
    const running = await alder.types('readlink /proc/[0-9]*/exe || true')
    assert.doesNotMatch(running.stdout, /isconf/, 'the daemon is stopped')
    await alder.types('test -s /var/is/branches/generic/journal && test -s /var/is/conf/hmac_keys')

    // It comes back with what it had.
    await alder.types(`dpkg -i /mnt/${deb}`)
    await alder.does('start')
    assert.match((await alder.does('log')).stdout, /something to keep/)

    await alder.types('dpkg -P isconf')
    assert.equal((await alder.types(everyPath)).stdout, before)
  })
}

test('a package that was half installed when the power went is finished by dpkg', { skip }, async (t) => {
  const { hosts } = await debianHosts(t, { alder: 'trixie' })
  const [alder] = hosts
  assert.ok(alder)
  await alder.types(`dpkg --unpack /mnt/${deb}`)
  await alder.types('dpkg --configure -a')
  await alder.types('isconf init example.com')
  await alder.does('start')
  assert.equal((await alder.status()).domain?.name, 'example.com')
})
