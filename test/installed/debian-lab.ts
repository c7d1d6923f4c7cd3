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
  [ ! -d "$root" ] || exit 0
  rm -rf "$root".new
  debootstrap --variant=minbase "$suite" "$root".new && mv "$root".new "$root"`

/** The root file system of a release, as debootstrap makes the smallest: no Node, no systemd, no attr. */
export function debianRoot(suite: Suite): string {
  const root = join(cache, suite)
  mkdirSync(cache, { recursive: true })
  const words = [`${root}.lock`, 'sh', '-c', makeRoot, 'sh', suite, root]
  const { status, stdout, stderr } = spawnSync('flock', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  assert.equal(status, 0, `debootstrap ${suite}: ${stderr}${stdout.slice(-2000)}`)
  return root
}

/**
 * What becomes process 1 of a host: $1 a directory of its own, $2 its name, $3 its root, $4 what it finds at /mnt.
 * It lives until its standard input is closed.
 */
export const debianScript = `
  set -e
  exec 3<&0
  lab=$1 name=$2 root=$3 share=$4
  hostname "$name"
  mount -t tmpfs -o size=2g tmpfs "$lab"
  mkdir "$lab/up" "$lab/work" "$lab/root"
  mount -t overlay overlay -o "lowerdir=$root,upperdir=$lab/up,workdir=$lab/work" "$lab/root"
  cd "$lab/root"
  mount --rbind /dev dev
  mount -t proc proc proc
  mount --bind "$share" mnt
  mount -t tmpfs tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  echo "$name" > etc/hostname
  printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n' "$name" > etc/hosts
  ip link set lo up
  mkdir run/old
  pivot_root . run/old
  umount -l /run/old
  cd /
  echo ready
  cat <&3 >/dev/null &
  # As process 1 it also takes leave of daemons whose starters are gone.
  wait $!`
