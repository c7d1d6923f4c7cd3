/**
 * Every setting as data: its name, what it takes, a default that is safe, and the sentence of the manual. The rest of
 * the program sees one frozen {@link Config} and never the environment.
 */
import { networkSetting } from './network-setting.ts'
import { notifySetting } from './notify-setting.ts'
import { reserveSetting } from './reserve.ts'
import type { Setting } from './setting.ts'
import { upSettings } from './up-settings.ts'
import type { LogPlace, OwnerMode, RehearsalConsent, ReplayWarnings } from './values.ts'
import {
  parseAbsolutePath,
  parseAbsolutePaths,
  parseBoolean,
  parseIpAddress,
  parseLog,
  parseOwner,
  parsePort,
  parseRehearsals,
  parseSeconds,
  parseText,
  parseWarnings,
  parseWeb,
} from './values.ts'

export type { Setting }

const setting = <Value>(row: Setting<Value>): Setting<Value> => row

/** The table; a key is the name of the value in {@link Config}. */
export const settings = {
  home: setting<string>({
    env: 'IS_HOME',
    form: 'absolute path',
    fallback: '/var/is',
    describe: 'The directory that holds everything this host keeps: journals, files, history, keys and the log.',
    needsRestart: true,
    parse: parseAbsolutePath,
  }),
  domain: setting<string | undefined>({
    env: 'IS_DOMAIN',
    form: 'domain name',
    fallback: undefined,
    describe:
      'The domain: hosts that share it share journals and files. The file conf/domain below IS_HOME is the better place, and wins.',
    needsRestart: true,
    parse: parseText,
  }),
  port: setting<number>({
    env: 'IS_PORT',
    form: 'port',
    fallback: 65_027,
    describe: 'The TCP port on which daemons reach each other; 0 takes any free port.',
    needsRestart: true,
    parse: parsePort,
  }),
  listen: setting<string>({
    env: 'IS_LISTEN',
    form: 'IP address',
    fallback: '0.0.0.0',
    describe:
      'The address on which the daemon listens; all IPv4 addresses of the host by default, `::` for all of both kinds.',
    needsRestart: true,
    parse: parseIpAddress,
  }),
  network: networkSetting,
  netsPath: setting<string | undefined>({
    env: 'IS_NETS',
    form: 'absolute path',
    fallback: undefined,
    describe: 'A file that lists the hosts to connect to, one per line. It is read again when it changes.',
    parse: parseAbsolutePath,
  }),
  noBroadcast: setting<boolean>({
    env: 'IS_NOBROADCAST',
    form: 'boolean',
    fallback: false,
    describe:
      'When set, the daemon connects only to hosts that are listed in IS_NETS: it neither looks for hosts on the local network nor calls those that it has met before.',
    needsRestart: true,
    parse: parseBoolean,
  }),
  hmacKeysPath: setting<string | undefined>({
    env: 'IS_HMAC_KEYS',
    form: 'absolute path',
    fallback: undefined,
    describe:
      'A file of keys that hosts prove to each other before anything else, one per line; conf/hmac_keys below IS_HOME by default. Without such a file any host that names the domain is let in.',
    parse: parseAbsolutePath,
  }),
  volroot: setting<string>({
    env: 'IS_VOLROOT',
    form: 'absolute path',
    fallback: '/',
    describe: 'The directory that stands for / on this host: snapped paths and working directories are below it.',
    needsRestart: true,
    parse: parseAbsolutePath,
  }),
  rebootCommand: setting<string>({
    env: 'IS_REBOOT_CMD',
    form: 'shell command',
    fallback: 'shutdown -r now',
    describe: 'The command that reboots the machine.',
    parse: parseText,
  }),
  bootIdPath: setting<string>({
    env: 'IS_BOOT_ID',
    form: 'absolute path',
    fallback: '/proc/sys/kernel/random/boot_id',
    describe:
      'A file whose content changes with each reboot; that process 1 was started anew counts, too, as in a container below a kernel that goes on. Set it, to a file that each start writes, where neither tells.',
    parse: parseAbsolutePath,
  }),
  hooksPath: setting<string>({
    env: 'IS_HOOKS',
    form: 'absolute path',
    fallback: '/etc/is/hooks',
    describe: 'The directory that holds pre-up.d, post-up.d, on-failure.d and notify.d: see HOOKS in isconf(8).',
    parse: parseAbsolutePath,
  }),
  notify: notifySetting,
  sharedDirectories: setting<string>({
    env: 'IS_SHARED_DIRECTORIES',
    form: 'absolute paths',
    fallback: '',
    describe: 'Directories that others can change, in which `isconf up` runs commands all the same.',
    parse: parseAbsolutePaths,
  }),
  owner: setting<OwnerMode>({
    env: 'IS_OWNER',
    form: '"name" or "numeric"',
    fallback: 'name',
    describe:
      "Whether a file's owner is found by name, or by number. By name `isconf up` stops where a name, or a number that had no " +
      "name on the origin and has one here, would make it somebody else's.",
    parse: parseOwner,
  }),
  log: setting<LogPlace>({
    env: 'IS_LOG',
    form: '"auto", "journal", "syslog" or "file"',
    fallback: 'auto',
    describe:
      "Where the daemon's log goes: the systemd journal, syslog, or the file log/isconf.log below IS_HOME. By default it is the journal if systemd runs the daemon, syslog if root runs it and there is one, and otherwise the file.",
    needsRestart: true,
    parse: parseLog,
  }),
  replayWarnings: setting<ReplayWarnings>({
    env: 'IS_WARNINGS',
    form: '"warn" or "error"',
    fallback: 'warn',
    describe:
      'Whether `isconf ci` only warns of operations that do not do the same where they are replayed, or refuses to check them in.',
    parse: parseWarnings,
  }),
  ...upSettings,
  rehearsals: setting<RehearsalConsent>({
    env: 'IS_REHEARSE',
    form: '"no", "yes" or "net"',
    fallback: 'no',
    describe:
      'Whether the host that has the lock on the branch may rehearse its work here, as root, in a sandbox: `isconf rehearse --on` this host. With "net" what it rehearses may use the network of this host. What it reads here it can send to the host that asks.',
    parse: parseRehearsals,
  }),
  commandTimeoutS: setting<number>({
    env: 'IS_TIMEOUT_CLI',
    form: 'seconds',
    fallback: 60,
    describe: 'How long a command waits for a sign of life from the daemon, sent every few seconds, until it gives up.',
    parse: parseSeconds,
  }),
  hostname: setting<string | undefined>({
    env: 'IS_HOSTNAME',
    form: 'host name',
    fallback: undefined,
    environmentOnly: true,
    describe:
      "The name of this host, instead of the machine's; only in the environment. It lets several hosts run on one machine.",
    parse: parseText,
  }),
  reserve: reserveSetting,
  httpPort: setting<number>({
    env: 'IS_HTTP_PORT',
    form: 'port',
    fallback: 65_028,
    describe:
      'The TCP port on 127.0.0.1 at which the daemon offers the package bank; 0 takes any free port, which `isconf bank` shows.',
    needsRestart: true,
    parse: parsePort,
  }),
  web: setting<string>({
    env: 'IS_WEB',
    form: '"no", port or absolute path',
    fallback: 'no',
    describe:
      'Where the daemon serves the page that `isconf web` prints a link to: a TCP port on 127.0.0.1, 0 for any free one, or a unix socket; by default it serves none.',
    needsRestart: true,
    parse: parseWeb,
  }),
} as const

/** What every command of an operation is given: no setting, and no mistake in its environment either. */
export const execVariable = 'IS_EXEC'
