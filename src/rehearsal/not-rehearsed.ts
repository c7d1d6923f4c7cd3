/** What can't be rehearsed: a table of commands that end otherwise in a rehearsal than on the host. */
import { type Invocation, invocationsOf } from '../warnings/index.ts'

interface Row {
  readonly id: string
  readonly programs: readonly string[]
  /** Only with these words; with any words if absent. */
  readonly words?: RegExp
  /** How it ends in a rehearsal, when it would end the other way on the host. */
  readonly here: 'fails' | 'passes'
  /** Set for commands that fail only in a rehearsal without the host's network. */
  readonly needsNetwork?: true
  readonly why: string
}

const noSystemd = 'no systemd runs in a rehearsal'
const oneKernel = 'there is one kernel, and a rehearsal may not change it'
const noNetwork = 'a rehearsal has no network, unless it is given --net'

const notRehearsed: readonly Row[] = [
  {
    id: 'systemd',
    programs: ['systemctl'],
    words:
      /^(start|stop|restart|try-restart|reload|reload-or-restart|force-reload|isolate|kill|is-active|is-failed|is-system-running|status|show|list-\S+|daemon-reload|daemon-reexec|--now|set-property|reset-failed)$/,
    here: 'fails',
    why: noSystemd,
  },
  {
    id: 'systemd-clients',
    programs: [
      'hostnamectl',
      'timedatectl',
      'localectl',
      'loginctl',
      'systemd-run',
      'deb-systemd-invoke',
      'busctl',
      'resolvectl',
    ],
    here: 'fails',
    why: noSystemd,
  },
  {
    id: 'service',
    programs: ['service', 'invoke-rc.d'],
    here: 'passes',
    why: 'it starts in the rehearsal, and ends with it',
  },
  { id: 'service-fails', programs: ['service', 'invoke-rc.d'], here: 'fails', why: noSystemd },
  {
    id: 'boot-loader',
    programs: ['update-grub', 'grub-mkconfig', 'grub-install', 'efibootmgr'],
    here: 'fails',
    why: 'a rehearsal has no disks, only what is on them',
  },
  {
    id: 'kernel',
    programs: [
      'modprobe',
      'insmod',
      'rmmod',
      'sysctl',
      'ip',
      'iptables',
      'ip6tables',
      'nft',
      'ufw',
      'firewall-cmd',
      'tc',
      'brctl',
      'ifup',
      'ifdown',
      'ifconfig',
      'route',
      'setenforce',
      'dmesg',
    ],
    here: 'fails',
    why: oneKernel,
  },
  {
    id: 'clock',
    programs: ['date', 'hwclock', 'ntpdate'],
    words: /^(-s|--set.*|-w|--systohc)$|^[^+-]/,
    here: 'fails',
    why: oneKernel,
  },
  {
    id: 'mounts',
    programs: [
      'mount',
      'umount',
      'swapon',
      'swapoff',
      'losetup',
      'mkswap',
      'mkfs',
      'fdisk',
      'parted',
      'lvcreate',
      'pvcreate',
      'vgcreate',
    ],
    here: 'fails',
    why: 'a rehearsal may not touch disks and mounts',
  },
  {
    id: 'processes',
    programs: ['kill', 'pkill', 'killall', 'pidof', 'pgrep'],
    here: 'fails',
    why: "the host's processes are not in a rehearsal",
  },
  {
    id: 'immutable',
    programs: ['chattr', 'lsattr'],
    here: 'fails',
    why: 'what a rehearsal writes is in memory, and has no such attributes',
  },
  { id: 'isconf', programs: ['isconf'], here: 'fails', why: 'no daemon answers in a rehearsal' },
  {
    id: 'containers',
    programs: ['docker', 'podman', 'kubectl', 'crictl', 'snap', 'virsh'],
    here: 'fails',
    why: 'its daemon does not answer in a rehearsal',
  },
  {
    id: 'databases',
    programs: ['mysql', 'mariadb', 'psql', 'createuser', 'createdb', 'redis-cli', 'rabbitmqctl'],
    here: 'fails',
    why: 'its server does not answer in a rehearsal',
  },
  {
    id: 'users',
    programs: ['userdel', 'deluser', 'usermod'],
    here: 'passes',
    why: 'on the host it fails while a process of the user runs',
  },
  {
    id: 'packages-from-afar',
    programs: ['apt-get', 'apt', 'aptitude', 'yum', 'dnf', 'zypper', 'pip', 'pip3', 'npm', 'gem'],
    // What takes away, or marks, asks nobody.
    words:
      /^(install|reinstall|update|upgrade|\S+-upgrade|\S*build-dep|source|download|add|localinstall|groupinstall|ci|i)$/,
    here: 'fails',
    needsNetwork: true,
    why: noNetwork,
  },
  {
    id: 'lists-from-afar',
    programs: ['apt-get', 'apt'],
    words: /^update$/,
    here: 'passes',
    needsNetwork: true,
    why: `${noNetwork}, and it ends with 0 without one`,
  },
  {
    id: 'fetched',
    programs: [
      'curl',
      'wget',
      'git',
      'ssh',
      'scp',
      'rsync',
      'ping',
      'nc',
      'dig',
      'host',
      'certbot',
      'cpanm',
      'add-apt-repository',
      'apt-key',
    ],
    here: 'fails',
    needsNetwork: true,
    why: noNetwork,
  },
]

/** Why the end of a command in a rehearsal says nothing about its end on the host; undefined if it does. */
export function whyNotJudged(
  argv: readonly string[],
  status: number,
  { ownNetwork }: { readonly ownNetwork: boolean },
): string | undefined {
  const invocations = invocationsOf(argv)
  const row = notRehearsed.find(
    (one) =>
      (one.here === 'passes') === (status === 0) &&
      (ownNetwork || !one.needsNetwork) &&
      invocations.some((invocation) => isAbout(one, invocation)),
  )
  if (!row) return undefined
  return `${row.here === 'fails' ? 'would fail here and not there' : 'would be passed over here'}: ${row.why}`
}

function isAbout({ programs, words }: Row, invocation: Invocation): boolean {
  return programs.includes(invocation.name) && (!words || invocation.words.some((word) => words.test(word)))
}
