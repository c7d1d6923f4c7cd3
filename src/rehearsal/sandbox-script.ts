/** The script that builds a rehearsal's view of the host and runs a program in it, as process 1 of its own. */
import { quoteWord } from '../base/index.ts'
import type { Layer } from './mounts.ts'

export interface Sandbox {
  /** An empty directory of the host; what is written goes to a tmpfs over it that nobody else sees. */
  readonly space: string
  readonly sizeBytes: number
  readonly layers: readonly (Layer & { readonly kind: 'directory' | 'file' })[]
  /** Files of the host that are empty in it. */
  readonly hidden: readonly string[]
  /** Whether it has a network of its own, with nothing in it but its own loopback. */
  readonly ownNetwork: boolean
  /** The program that is run in it. */
  readonly argv: readonly string[]
}

/** The mark in front of a line on standard error about a mount that no overlay can be laid over. */
export const readOnlyMark = 'read-only: '

/**
 * Rights over the kernel and the machine, of which there is only one: what changes them would not be thrown away.
 * Rights over files stay, so that dpkg and its scripts find what they need; but for the one to open a file by its handle,
 * which needs no path and so leads out of any view of the disks.
 */
const dropped = [
  ...['net_admin', 'sys_admin', 'sys_module', 'sys_time', 'sys_boot', 'sys_rawio', 'syslog', 'sys_nice'],
  ...['sys_ptrace', 'mac_admin', 'mac_override', 'bpf', 'perfmon', 'dac_read_search', 'sys_pacct', 'sys_tty_config'],
  ...['wake_alarm', 'block_suspend', 'audit_control', 'audit_read'],
]

/** The options for `unshare`, before the script. */
export function namespacesOf({ ownNetwork }: Pick<Sandbox, 'ownNetwork'>): readonly string[] {
  return [...['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc'], ...(ownNetwork ? ['--net'] : [])]
}

/**
 * The script, for sh in the namespaces of {@link namespacesOf}. Its shell stays process 1 and reaps what is left behind;
 * when it ends, everything in it ends with it.
 */
export function sandboxScript(sandbox: Sandbox): string {
  const space = quoteWord(sandbox.space)
  const lines = [
    'set -eu',
    functions,
    `space=${space}`,
    'mount --make-rprivate /',
    // A directory of the disk would be seen through the overlay, and lead back into it (ELOOP).
    `mount -t tmpfs -o mode=700,size=${sandbox.sizeBytes} isconf-rehearsal "$space"`,
    'mkdir "$space/root"',
    ...sandbox.layers.map(layerLine),
    ': > "$space/empty"',
    ...sandbox.hidden.map((path) => `hide ${quoteWord(path)}`),
    'cd "$space/root"',
    kernelFileSystems,
    'pivot_root . .',
    'umount -l .',
    'cd /',
    // Scripts of packages ask for this directory before they talk to systemd.
    'rm -rf /run/systemd/system /run/systemd/private',
    ...(sandbox.ownNetwork ? ['ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || :'] : []),
    `setpriv --bounding-set ${dropped.map((name) => `-${name}`).join(',')} ${sandbox.argv.map(quoteWord).join(' ')}`,
  ]
  return `${lines.join('\n')}\n`
}

function layerLine({ place, flags, kind }: Sandbox['layers'][number], index: number): string {
  const options = quoteWord(flags.join(','))
  const at = quoteWord(place)
  // A file that is mounted, as /etc/resolv.conf in a container, has no place for an overlay.
  if (kind === 'file') return `read_only ${at} ${options}`
  return place === '/' ? `layer ${index} / ${options}` : `layer ${index} ${at} ${options} || read_only ${at} ${options}`
}

/**
 * `layer`: an overlay, with what makes it behave as the file system below it: directories are renamed (redirect_dir),
 * chmod copies no file (metacopy), hard links stay one (index), a tree is one device (xino). The lower one is named by
 * `.`, so that no character of its path means anything to mount. A device node on it can be made and not opened: the disk
 * itself is not to be reached.
 */
const functions = `
layer() {
  mkdir -p "$space/$1/upper" "$space/$1/work" &&
  chmod --reference="$2" "$space/$1/upper" && chown --reference="$2" "$space/$1/upper" &&
  ( cd "$2" && mount -t overlay -o "lowerdir=.,upperdir=$space/$1/upper,workdir=$space/$1/work,redirect_dir=on,metacopy=on,index=on,xino=on,nodev\${3:+,$3}" overlay "$space/root\${2%/}" )
}
read_only() {
  if mount --bind "$1" "$space/root$1" 2>/dev/null && mount -o "remount,bind,ro\${2:+,$2}" "$space/root$1"; then echo "${readOnlyMark}$1" >&2
  else echo "cannot show $1" >&2; fi
}
hide() {
  mount --bind "$space/empty" "$space/root$1" && mount -o remount,bind,ro "$space/root$1"
}
`

/**
 * /proc of its own, where nothing can be told to the kernel, which root else may without any of the rights that are
 * dropped: /proc/sysrq-trigger reboots the machine. /sys to be read; a /dev with what every program may use, of which not
 * even the mode can be changed, for these nodes are the host's.
 */
const kernelFileSystems = `
mount -t proc -o nosuid,nodev,noexec proc proc
for name in bus fs irq sys sysrq-trigger; do
  if [ -e "proc/$name" ]; then mount --bind "proc/$name" "proc/$name"; mount -o remount,bind,ro,nosuid,nodev,noexec "proc/$name"; fi
done
for name in acpi scsi; do if [ -d "proc/$name" ]; then mount -t tmpfs -o ro,size=4k tmpfs "proc/$name"; fi; done
for name in kcore keys latency_stats timer_list sched_debug; do
  if [ -e "proc/$name" ]; then mount --bind /dev/null "proc/$name"; mount -o remount,bind,ro,nosuid "proc/$name"; fi
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys 2>/dev/null || :
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs dev
for node in null zero full random urandom tty; do : > "dev/$node"; mount --bind "/dev/$node" "dev/$node"; mount -o remount,bind,ro,nosuid "dev/$node"; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${number%%:*}" "dev/\${number#*:}"; done`
