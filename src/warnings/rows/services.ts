/** Services, and settings that last only until the next reboot. */
import type { Operation } from '../../journal/index.ts'
import type { Around, CommandRow } from '../warning.ts'
import { hasFlag, operandsOf } from '../words.ts'

/** Exists if systemd is the running init. */
const systemdRuns = '/run/systemd/system'

/** Whether the work puts a file at, or below, one of these. */
function snaps(work: readonly Operation[], ...places: readonly string[]): boolean {
  return work.some(
    (one) =>
      one.type === 'snap' &&
      one.kind !== 'removal' &&
      places.some((place) => one.path === place || one.path.startsWith(place.endsWith('/') ? place : `${place}/`)),
  )
}

/** Whether a command of the work says something of the kind. */
function runs(work: readonly Operation[], what: RegExp): boolean {
  return work.some((one) => one.type === 'exec' && what.test(one.argv.join(' ')))
}

/** How something that the kernel forgets comes back after a reboot, if the work has provided for that. */
const kept: Readonly<Record<string, (around: Around) => boolean>> = {
  ip: ({ work }) =>
    snaps(work, '/etc/network', '/etc/netplan', '/etc/systemd/network', '/etc/NetworkManager', '/etc/sysconfig'),
  iptables: ({ work }) =>
    snaps(work, '/etc/iptables', '/etc/sysconfig', '/etc/network') || runs(work, /iptables-save|netfilter-persistent/),
  modprobe: ({ work }) => snaps(work, '/etc/modules', '/etc/modules-load.d') || runs(work, /\/etc\/modules/),
  mount: ({ work }) => snaps(work, '/etc/fstab', '/etc/systemd/system') || runs(work, /fstab/),
  sysctl: ({ work }) => snaps(work, '/etc/sysctl.conf', '/etc/sysctl.d/') || runs(work, /\/etc\/sysctl/),
}

export const serviceRows: readonly CommandRow[] = [
  {
    id: 'enable-now',
    programs: ['systemctl'],
    finds: ({ words }) => hasFlag(words, '--now') && /^(enable|disable|mask)$/.test(operandsOf(words)[0] ?? ''),
    says: 'ends with 1, half done, where systemd is not running while a host is built: an installer, a container',
    instead: 'isconf exec systemctl enable UNIT; isconf exec systemctl start UNIT',
    flagged: ['systemctl enable --now nginx', 'systemctl --now disable apache2.service'],
    silent: ['systemctl enable nginx', 'systemctl start nginx'],
  },
  {
    id: 'start-nothing',
    programs: ['systemctl', 'service', 'invoke-rc.d'],
    finds: async ({ name, words }, { host }) => {
      const starts = operandsOf(words).some((word) => /^(re)?start$|^(force-)?reload$|^reload-or-restart$/.test(word))
      return starts && name !== 'service' && (await host.look(systemdRuns)) === undefined
    },
    says: 'has started nothing here, where systemd is not running, and may fail where it is',
    instead: 'systemctl enable UNIT, and a reboot',
    flagged: ['systemctl start nginx', 'systemctl restart nginx.service'],
    silent: [
      { line: 'systemctl restart nginx', files: { '/run/systemd/system/': '' } },
      'systemctl enable nginx',
      'systemctl daemon-reload',
    ],
  },
  {
    id: 'until-reboot',
    programs: [
      'sysctl',
      'modprobe',
      'ip',
      'iptables',
      'ip6tables',
      'mount',
      'setenforce',
      'swapon',
      'route',
      'ifconfig',
    ],
    finds: ({ name, words }, around) => {
      const key =
        name === 'ip6tables' ? 'iptables' : name === 'swapon' ? 'mount' : /^(route|ifconfig)$/.test(name) ? 'ip' : name
      return setsInKernel(name, words) && !kept[key]?.(around) && name
    },
    says: (name) => `what ${name} sets is gone after the next reboot, and the journal counts it as done`,
    instead: 'snap the file that sets it at boot (sysctl.d, modules-load.d, fstab, interfaces), and load that',
    flagged: [
      'sysctl -w net.ipv4.ip_forward=1',
      'sysctl vm.swappiness=10',
      'modprobe br_netfilter',
      'ip route add 10.0.0.0/8 via 192.168.1.1',
      'iptables -A INPUT -p tcp --dport 22 -j ACCEPT',
      'mount /dev/sdb1 /srv',
      'setenforce 0',
    ],
    silent: [
      'sysctl --system',
      'sysctl -n kernel.osrelease',
      { line: 'sysctl -w net.ipv4.ip_forward=1', snapped: ['/etc/sysctl.d/forward.conf'] },
      { line: 'mount /srv', snapped: ['/etc/fstab'] },
      'mount -a',
      'ip -br addr show',
      'iptables -L -n',
      { line: 'modprobe br_netfilter', snapped: ['/etc/modules-load.d/k8s.conf'] },
    ],
  },
]

function setsInKernel(name: string, words: readonly string[]): boolean {
  const operands = operandsOf(words)
  switch (name) {
    case 'sysctl':
      return operands.some((word) => word.includes('=')) && !hasFlag(words, '-p', '--load', '--system')
    case 'modprobe':
      return operands.length > 0 && !hasFlag(words, '-n', '--dry-run', '--show-depends', '-c')
    case 'ip':
      return /^(add|del|delete|replace|change|set|append)$/.test(operands[1] ?? '')
    case 'iptables':
    case 'ip6tables':
      return hasFlag(words, '-A', '-I', '-D', '-P', '-F', '--append', '--insert', '--delete', '--policy', '--flush')
    case 'mount':
      return operands.length > 0 && !hasFlag(words, '-a', '--all')
    case 'route':
      return /^(add|del)$/.test(operands[0] ?? '')
    case 'ifconfig':
      return operands.length > 1
    case 'swapon':
      return operands.length > 0 && !hasFlag(words, '-a', '--all', '-s', '--show')
    default:
      return operands.length > 0
  }
}
