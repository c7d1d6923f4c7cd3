/** Which of a host's mounts a rehearsal lays an overlay over, from /proc/self/mountinfo. */

export interface Layer {
  /** Where it is mounted. */
  readonly place: string
  /** Of its file system. */
  readonly type: string
  /** What of `ro`, `noexec`, `nosuid`, `nodev` the mount has: an overlay takes none of them over. */
  readonly flags: readonly string[]
}

/** File systems that are no disks: a rehearsal has its own of these, or none. */
const notDisks =
  /^(proc|sysfs|devtmpfs|devpts|cgroup2?|securityfs|debugfs|tracefs|pstore|bpf|configfs|fusectl|mqueue|hugetlbfs|binfmt_misc|autofs|efivarfs|rpc_pipefs|nsfs|selinuxfs|ramfs)$/

/** Places whose mounts come and go with processes, users and containers. */
const passing =
  /^\/(proc|sys|dev|run\/(user|credentials|docker|netns|containerd)|var\/lib\/(docker|containers|containerd|kubelet))(\/|$)/

const copied = ['ro', 'noexec', 'nosuid', 'nodev']

/**
 * The layers, `/` first, and each mount after the one that it is in. If there are several mounts at a place, the last
 * counts.
 */
export function layersOf(mountinfo: string): readonly Layer[] {
  const restByPlace = new Map<string, Omit<Layer, 'place'>>()
  for (const line of mountinfo.split('\n')) {
    // 36 35 98:0 /root /place rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue
    const [own = '', behind = ''] = line.split(' - ')
    const [, , , , place, options = ''] = own.split(' ')
    const [type = '', , superOptions = ''] = behind.split(' ')
    if (place === undefined || notDisks.test(type)) continue
    const path = unescaped(place)
    if (passing.test(path)) continue
    const all = new Set([...options.split(','), ...superOptions.split(',').filter((option) => option === 'ro')])
    restByPlace.delete(path)
    restByPlace.set(path, { type, flags: copied.filter((flag) => all.has(flag)) })
  }
  const layers = [...restByPlace].map(([place, rest]): Layer => ({ place, ...rest }))
  return layers.sort((a, b) => depthOf(a.place) - depthOf(b.place))
}

/** Decodes spaces and the like, which are written as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

function depthOf(place: string): number {
  return place === '/' ? 0 : place.split('/').length - 1
}
