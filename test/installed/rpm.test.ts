/** The .rpm, unpacked onto a system that has none of Debian's tools: what it brings is enough. `npm run test:installed`. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeRpm } from '../../scripts/packages/rpm.ts'
import { NetLab } from '../harness/netns.ts'
import { assertDone, begin } from '../harness/run.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessRootHas } from '../support/tools.ts'
import { debianRoot, debianScript, packageArchitecture } from './debian-lab.ts'
import { assertNetworkLeft, leaveNetwork } from './network-left.ts'

const skip = unlessRootHas('debootstrap', 'rpmbuild', 'rpm2cpio', 'cpio', 'ip', 'unshare', 'nsenter')

test('the .rpm, unpacked onto a system without dpkg and apt, runs', { skip }, async (t) => {
  const share = temporaryDirectory(t)
  const rpm = await makeRpm(share, { version: releaseVersion(), architecture: packageArchitecture() }, 'none')
  const unpacked = join(share, 'unpacked')
  mkdirSync(unpacked)
  assertDone(
    await begin(['sh', '-c', `rpm2cpio '${rpm}' | cpio -id --quiet`], { cwd: unpacked, env: process.env }).done,
  )
  const words = [debianRoot('trixie'), share]
  const { hosts } = await NetLab.made(t, [{ name: 'alder', script: debianScript, words }])
  const [alder] = hosts
  assert.ok(alder)
  await alder.types(
    'rm -rf /usr/bin/dpkg* /usr/bin/apt* /usr/sbin/update-rc.d /usr/sbin/invoke-rc.d /var/lib/dpkg /etc/apt',
  )

  await alder.types('cp -a /mnt/unpacked/. /')
  assert.equal((await alder.types('isconf -V')).stdout, `isconf ${releaseVersion()}\n`)
  await alder.types('isconf init example.com')
  await leaveNetwork(alder)
  await alder.does('start')
  await assertNetworkLeft(alder)
  await alder.does('lock', 'without a packager')
  await alder.types("isconf exec sh -c 'echo done > /etc/motd'")
  await alder.does('ci')
  assert.equal(await alder.read('/etc/motd'), 'done\n')
  await alder.does('stop')
})
