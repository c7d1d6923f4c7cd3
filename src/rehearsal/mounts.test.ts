import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layersOf } from './mounts.ts'
import { namespacesOf, sandboxScript } from './sandbox-script.ts'

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw
40 61 8:3 / /srv/www\\040data rw,nodev,noexec,relatime shared:9 - xfs /dev/sda3 rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
60 27 0:25 / /run rw,nosuid,nodev shared:3 - tmpfs tmpfs rw,mode=755
61 27 8:2 / /srv rw,relatime - ext4 /dev/sda2 ro
62 60 0:50 / /run/user/1000 rw,nosuid,nodev - tmpfs tmpfs rw
63 27 0:51 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
64 27 0:52 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
65 27 8:9 / /srv rw,nosuid - ext4 /dev/sdb1 rw`

test('layersOf() gives the mounts of disks, each after the one that it is in, with the flags of the last one there', () => {
  assert.deepEqual(layersOf(mountinfo), [
    { place: '/', type: 'ext4', flags: [] },
    { place: '/run', type: 'tmpfs', flags: ['nosuid', 'nodev'] },
    { place: '/srv', type: 'ext4', flags: ['nosuid'] },
    { place: '/srv/www data', type: 'xfs', flags: ['noexec', 'nodev'] },
  ])
})

test('sandboxScript() lays an overlay over each directory, shows files read-only, and quotes every path', () => {
  const layers = [
    { place: '/', type: 'ext4', flags: [], kind: 'directory' },
    { place: '/etc/resolv.conf', type: 'ext4', flags: ['ro'], kind: 'file' },
    { place: "/srv/it's", type: 'ext4', flags: ['nosuid', 'nodev'], kind: 'directory' },
  ] as const
  const sandbox = {
    space: '/var/is/rehearsal',
    sizeBytes: 1,
    layers,
    hidden: ['/var/is/conf/host.key'],
    ownNetwork: true,
    argv: ['/usr/bin/node', 'a b'],
  }
  const lines = sandboxScript(sandbox).split('\n')
  const place = `'/srv/it'\\''s'`
  for (const line of [
    `layer 0 / ''`,
    'read_only /etc/resolv.conf ro',
    'hide /var/is/conf/host.key',
    `layer 2 ${place} nosuid,nodev || read_only ${place} nosuid,nodev`,
  ])
    assert.ok(lines.includes(line), line)
  assert.match(lines.at(-2) ?? '', /^setpriv --bounding-set -net_admin,.* \/usr\/bin\/node 'a b'$/)
  assert.ok(namespacesOf({ ownNetwork: true }).includes('--net'))
  assert.ok(!namespacesOf({ ownNetwork: false }).includes('--net'))
})
