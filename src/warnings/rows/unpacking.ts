/** Patches, archives, and downloads that are run: the result depends on what is there, or on the day. */
import { posix } from 'node:path'
import type { Invocation } from '../invocations.ts'
import type { ArchiveMember, CommandRow, HostFacts } from '../warning.ts'
import { hasFlag, optionValue } from '../words.ts'

export const unpackingRows: readonly CommandRow[] = [
  {
    id: 'patch',
    programs: ['patch'],
    finds: ({ words }) => {
      if (hasFlag(words, '--dry-run', '--version', '-v', '--help')) return false
      if (hasFlag(words, '--batch', '-t'))
        return hasFlag(words, '-N', '--forward') ? false : 'takes the change out again and ends with 0'
      return hasFlag(words, '-N', '--forward', '-R', '--reverse') ? false : 'asks, and ends with 1'
    },
    says: (what) => `${what} if the change is already there`,
    instead: 'patch --forward --dry-run … && patch --forward …, or isconf snap the file',
    flagged: [
      'patch -p1 --batch -i /srv/fix.diff',
      'patch -p0 -i fix.diff',
      'sh -c "patch -p1 < fix.diff"',
      'patch -tp1 -i x',
    ],
    silent: [
      'patch -p1 --forward -i /srv/fix.diff',
      'patch -Np1 -i x',
      'patch --dry-run -p1 -i x',
      'patch -R -p1 -i x',
    ],
  },
  {
    id: 'tar-link',
    programs: ['tar', 'bsdtar'],
    finds: async (invocation, { host }, { cwd }) => {
      const unpacked = await unpacking(invocation, cwd, host)
      if (!unpacked || hasFlag(invocation.words, '--keep-directory-symlink')) return false
      for (const { path, kind } of unpacked.members) {
        const place = posix.join(unpacked.directory, path).replace(/\/$/, '')
        if (kind === 'directory' && (await host.look(place))?.kind === 'symlink') return place
      }
      return false
    },
    says: (place) => `ends with 0 and replaces the link ${place} by a directory`,
    instead: 'tar --keep-directory-symlink …',
    flagged: [
      {
        line: 'tar -xf /srv/a.tar -C /opt',
        archive: [{ path: 'lib/', mode: 0o755, kind: 'directory' }],
        files: { '/opt/lib': '-> usr/lib' },
      },
    ],
    silent: [
      {
        line: 'tar --keep-directory-symlink -xf /srv/a.tar -C /opt',
        archive: [{ path: 'lib/', mode: 0o755, kind: 'directory' }],
        files: { '/opt/lib': '-> usr/lib' },
      },
      {
        line: 'tar xzf /srv/a.tar.gz -C /opt',
        archive: [{ path: 'lib/', mode: 0o755, kind: 'directory' }],
        files: { '/opt/lib/': '' },
      },
      'tar -cf /srv/a.tar /etc',
    ],
  },
  {
    id: 'tar-dot',
    programs: ['tar', 'bsdtar'],
    finds: async (invocation, { host }, { cwd }) => {
      if (hasFlag(invocation.words, '--no-overwrite-dir', '--strip-components')) return false
      const unpacked = await unpacking(invocation, cwd, host)
      const closed = unpacked?.members.find(({ path, mode }) => /^\.\/?$/.test(path) && (mode & 0o005) !== 0o005)
      return unpacked && closed && `${unpacked.directory} the mode 0${closed.mode.toString(8)}`
    },
    says: (what) => `gives ${what}, which the archive has for ./`,
    instead: 'tar --no-overwrite-dir …, or an archive that does not contain ./',
    flagged: [
      { line: 'tar -xpf a.tar -C /opt', cwd: '/srv', archive: [{ path: './', mode: 0o700, kind: 'directory' }] },
    ],
    silent: [
      { line: 'tar -xf /srv/a.tar -C /opt', archive: [{ path: './', mode: 0o755, kind: 'directory' }] },
      {
        line: 'tar -xf /srv/a.tar -C /opt --no-overwrite-dir',
        archive: [{ path: './', mode: 0o700, kind: 'directory' }],
      },
    ],
  },
  {
    id: 'download-and-run',
    programs: ['sh', 'bash', 'dash', 'gpg', 'apt-key', 'tar', 'python3', 'perl'],
    finds: ({ source }) => /^(curl|wget)$/.test(source?.name ?? '') && source?.name,
    says: 'runs what the server has on the day of the replay, and nobody notices if that has changed',
    instead: 'fetch it once, isconf snap it, and isconf exec the file',
    flagged: [
      'sh -c "curl -fsSL https://get.example.com | sh"',
      'bash -c "wget -qO- https://example.com/k.asc | apt-key add -"',
    ],
    silent: ['sh -c "curl -fsS http://127.0.0.1/ | grep -q ok"', 'sh /srv/install.sh'],
  },
]

async function unpacking(
  { words }: Invocation,
  cwd: string,
  host: HostFacts,
): Promise<{ readonly directory: string; readonly members: readonly ArchiveMember[] } | undefined> {
  const [first = ''] = words
  // `tar xzf FILE` has its letters without a dash.
  const all = /^[A-Za-z]+$/.test(first) ? [`-${first}`, ...words.slice(1)] : words
  if (!hasFlag(all, '-x', '--extract', '--get')) return undefined
  const at = all.findIndex((word) => /^-[a-zA-Z]*f$/.test(word))
  const file = at >= 0 ? all[at + 1] : optionValue(all, '--file')
  if (file === undefined || file === '-') return undefined
  const members = await host.archive(posix.resolve(cwd, file))
  return members && { directory: posix.resolve(cwd, optionValue(all, '-C', '--directory') ?? '.'), members }
}
