/** Files in directories whose readers silently ignore what they do not like. */
import { posix } from 'node:path'
import type { FileOperation } from '../../journal/index.ts'
import type { FileRow } from '../warning.ts'

const plain = /^[A-Za-z0-9_-]+$/

/** What a directory's reader takes. */
interface Reader {
  readonly directory: string
  readonly reader: string
  /** The names that it takes. */
  readonly names: RegExp
  readonly rule: string
}

const readers: readonly Reader[] = [
  { directory: '/etc/cron.d', reader: 'cron', names: plain, rule: 'only letters, digits, _ and -' },
  ...['hourly', 'daily', 'weekly', 'monthly'].map(
    (often): Reader => ({
      ...{ directory: `/etc/cron.${often}`, reader: 'run-parts', names: plain },
      rule: 'only letters, digits, _ and -',
    }),
  ),
  { directory: '/etc/sudoers.d', reader: 'sudo', names: /^[^.]*[^.~]$/, rule: 'no dot, and no ~ at the end' },
  {
    directory: '/etc/logrotate.d',
    reader: 'logrotate',
    names: /^(?!.*(~|\.(bak|old|orig|rej|disabled|sw[op]|rpm\w+|dpkg-\w+|cfsaved|rhn-cfg-tmp-.*|v)|,v)$).+$/,
    rule: 'no ending of a left-over',
  },
  { directory: '/etc/sysctl.d', reader: 'sysctl', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/modprobe.d', reader: 'modprobe', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/modules-load.d', reader: 'systemd', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/tmpfiles.d', reader: 'systemd-tmpfiles', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/security/limits.d', reader: 'pam_limits', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/ld.so.conf.d', reader: 'ldconfig', names: /\.conf$/, rule: 'NAME.conf' },
  { directory: '/etc/profile.d', reader: 'the login shell', names: /\.(sh|csh)$/, rule: 'NAME.sh' },
  { directory: '/etc/udev/rules.d', reader: 'udev', names: /\.rules$/, rule: 'NAME.rules' },
  { directory: '/etc/apt/apt.conf.d', reader: 'apt', names: /^[A-Za-z0-9_-]+(\.conf)?$/, rule: 'NAME or NAME.conf' },
  { directory: '/etc/apt/preferences.d', reader: 'apt', names: /^[A-Za-z0-9_-]+(\.pref)?$/, rule: 'NAME or NAME.pref' },
  {
    directory: '/etc/apt/sources.list.d',
    reader: 'apt',
    names: /^[A-Za-z0-9_.-]+\.(list|sources)$/,
    rule: 'NAME.list or NAME.sources',
  },
]

/** Readers that refuse files that others than root could have written. */
const wantOwner = new Set(['/etc/cron.d', '/etc/sudoers.d', '/etc/logrotate.d'])

function readerOf({ path }: FileOperation): Reader | undefined {
  const directory = posix.dirname(path)
  return readers.find((one) => one.directory === directory)
}

export const dropInRows: readonly FileRow[] = [
  {
    id: 'drop-in-name',
    findsFile: (operation) => {
      const reader = readerOf(operation)
      const name = posix.basename(operation.path)
      // A place-holder of a package, and what is there to be read by people.
      if (!reader || /^\.placeholder$|^README/i.test(name) || reader.names.test(name)) return false
      return `${reader.reader} passes over the name ${name}: it takes ${reader.rule}`
    },
    says: (found) => found,
    instead: 'another name',
    flagged: [
      { path: '/etc/cron.d/backup.sh' },
      { path: '/etc/cron.daily/report.pl', mode: 0o755 },
      { path: '/etc/sudoers.d/web.admins' },
      { path: '/etc/sysctl.d/99-forward' },
      { path: '/etc/logrotate.d/app.bak' },
      { path: '/etc/apt/sources.list.d/mirror' },
    ],
    silent: [
      { path: '/etc/cron.d/backup' },
      { path: '/etc/cron.d/.placeholder' },
      { path: '/etc/sudoers.d/web-admins', mode: 0o440 },
      { path: '/etc/sudoers.d/README', mode: 0o440 },
      { path: '/etc/logrotate.d/app.conf' },
      { path: '/etc/cron.d.old/x.y' },
      { path: '/etc/apt/sources.list.d/mirror.list' },
    ],
  },
  {
    id: 'drop-in-mode',
    findsFile: (operation) => {
      const reader = readerOf(operation)
      if (!reader || !wantOwner.has(reader.directory)) return false
      if ((operation.mode & 0o022) !== 0) return `${reader.reader} passes over it: others than its owner may write it`
      return operation.owner.uid !== 0 && `${reader.reader} passes over it: its owner is not root`
    },
    says: (found) => found,
    instead: 'chown root:root FILE; chmod go-w FILE; then snap it again',
    flagged: [
      { path: '/etc/cron.d/backup', mode: 0o664 },
      { path: '/etc/logrotate.d/app', mode: 0o666 },
      { path: '/etc/sudoers.d/web', mode: 0o440, uid: 1000, user: 'luke' },
    ],
    silent: [
      { path: '/etc/cron.d/backup' },
      { path: '/etc/sudoers.d/web', mode: 0o440 },
      { path: '/etc/sysctl.d/a.conf', mode: 0o664 },
    ],
  },
  {
    id: 'drop-in-executable',
    findsFile: ({ path, mode }) =>
      /^\/etc\/cron\.(hourly|daily|weekly|monthly)\/[\w-]+$/.test(path) && (mode & 0o100) === 0,
    says: 'run-parts ignores it: it is not executable',
    instead: 'chmod 755 FILE; then snap it again',
    flagged: [{ path: '/etc/cron.daily/report', mode: 0o644 }],
    silent: [
      { path: '/etc/cron.daily/report', mode: 0o755 },
      { path: '/etc/cron.d/report', mode: 0o644 },
    ],
  },
  {
    id: 'cron-last-line',
    findsFile: async (operation, { content }) => {
      if (posix.dirname(operation.path) !== '/etc/cron.d') return false
      const text = await content(operation)
      return text !== '' && !text.endsWith('\n')
    },
    says: 'cron ignores the whole file: its last line has no newline',
    instead: 'end the file with a newline, then snap it again',
    flagged: [{ path: '/etc/cron.d/backup', content: '0 3 * * * root /srv/backup' }],
    silent: [
      { path: '/etc/cron.d/backup', content: '0 3 * * * root /srv/backup\n' },
      { path: '/etc/motd', content: 'hello' },
    ],
  },
  {
    id: 'cron-links',
    findsFile: async ({ path }, { host }) =>
      posix.dirname(path) === '/etc/cron.d' && ((await host.look(path))?.links ?? 1) > 1,
    says: 'cron ignores it here: it has more than one hard link',
    instead: 'cp it to a file of its own, then snap that',
    flagged: [{ path: '/etc/cron.d/backup', files: { '/etc/cron.d/backup': '=2' } }],
    silent: [{ path: '/etc/cron.d/backup', files: { '/etc/cron.d/backup': 'x' } }],
  },
]
