/**
 * Hosts that are a stock Debian and nothing else, made by debootstrap: each has the root file system of its release in
 * an overlay of its own, and the namespaces of test/harness/netns.ts. Needs root, and a mirror of Debian's packages.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Architecture, architectures } from '../../scripts/packages/runtime.ts'

/** The releases that are supported. */
export const suites = ['bookworm', 'trixie'] as const
export type Suite = (typeof suites)[number]

/** The architecture of the packages that run here. */
export function packageArchitecture(): Architecture {
  const names = Object.keys(architectures) as Architecture[]
  const name = names.find((one) => architectures[one].node === process.arch)
  assert.ok(name, `there is a runtime for ${process.arch}`)
  return name
}

/** Made once a machine; what a host writes goes to its overlay. */
const cache = join(process.env['ISCONF_TEST_CACHE'] ?? tmpdir(), 'isconf-debian-roots')

/** Several files of tests may want one at the same moment: the first makes it, and the others wait for that. */
const makeRoot = `
  suite=$1 root=$2
  shift 2
  [ ! -d "$root" ] || exit 0
  rm -rf "$root".new
  debootstrap --variant=minbase "$@" "$suite" "$root".new && mv "$root".new "$root"`

/** The root file system of a release, as debootstrap makes the smallest: no Node, no systemd, no attr. */
export function debianRoot(suite: Suite): string {
  return rootMade(suite, suite)
}

/** The same with systemd, and nothing else. */
export function systemdRoot(suite: Suite): string {
  return rootMade(suite, `${suite}-systemd`, '--include=systemd-sysv')
}

function rootMade(suite: Suite, name: string, ...words: readonly string[]): string {
  const root = join(cache, name)
  mkdirSync(cache, { recursive: true })
  const all = [`${root}.lock`, 'sh', '-c', makeRoot, 'sh', suite, root, ...words]
  const { status, stdout, stderr } = spawnSync('flock', all, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  assert.equal(status, 0, `debootstrap ${suite}: ${stderr}${stdout.slice(-2000)}`)
  return root
}

/** $1 is a directory of its own, $2 its name, $3 its root, $4 what it finds at /mnt. */
const begin = `
  set -e
  exec 3<&0
  lab=$1 name=$2 root=$3 share=$4
  hostname "$name"
  mount -t tmpfs -o size=2g tmpfs "$lab"
  mkdir "$lab/up" "$lab/work" "$lab/root"`

const mountRoot = `
  mount -t overlay overlay -o "lowerdir=$root,upperdir=$lab/up,workdir=$lab/work" "$lab/root"
  cd "$lab/root"
  mount -t proc proc proc
  mount --bind "$share" mnt
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  echo "$name" > etc/hostname
  printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n' "$name" > etc/hosts
  ip link set lo up`

const enterRoot = `
  mkdir run/old
  pivot_root . run/old
  umount -l /run/old
  rmdir /run/old
  cd /
  echo ready`

/** What becomes process 1 of a host without systemd. It lives until its standard input is closed. */
export const debianScript = `
  ${begin}
  ${mountRoot}
  mount --rbind /dev dev
  ${enterRoot}
  cat <&3 >/dev/null &
  # As process 1 it also takes leave of daemons whose starters are gone.
  wait $!`

/**
 * Has systemd boot the host as process 1, in a group of processes of its own, $5, and with no device of this machine that
 * could be changed. It is switched off when its standard input is closed.
 */
export const systemdScript = `
  ${begin}
  mkdir "$lab/cgroup"
  mount -t cgroup2 cgroup2 "$lab/cgroup"
  mkdir "$lab/cgroup/$5"
  echo 0 > "$lab/cgroup/$5/cgroup.procs"
  ${mountRoot}
  mount -t sysfs sysfs sys
  mount -t tmpfs -o mode=755 tmpfs dev
  for device in null zero full random urandom tty; do
    : > "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
  mount -t tmpfs -o mode=1777 tmpfs dev/shm
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  : > etc/machine-id
  for unit in getty.target systemd-modules-load.service; do ln -s /dev/null "etc/systemd/system/$unit"; done
  ${enterRoot}
  (cat <&3 >/dev/null; exec systemctl poweroff --force --force) &
  exec 0</dev/null 3<&- unshare --cgroup --mount --propagation private sh -c '
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec env -i container=test PATH=$PATH /lib/systemd/systemd --unit=multi-user.target'`

/** Takes away what hosts with systemd have left, once they have ended: the groups with a name that begins so. */
export function removeGroups(start: string): void {
  const script = `mount -t cgroup2 cgroup2 /mnt && find /mnt/"$1"* -depth -type d -exec rmdir {} \\;`
  spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', start])
}
