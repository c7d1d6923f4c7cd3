/** Every setting of Hostkeeper as data: its name, what it takes, what holds without it, its sentence in the manual. */
import { isAbsolute } from 'node:path'
import { IsconfError } from '../../base/index.ts'

/** Read when -c names no other; its absence is no mistake. */
export const defaultSettingsPath = '/etc/is/hostkeeper.conf'

export interface HostkeeperSetting<Value> {
  readonly name: string
  /** What a value looks like, for the manual. */
  readonly form: string
  readonly fallback: Value
  readonly describe: string
  /** Undefined when the text is no value. */
  readonly parse: (text: string) => Value | undefined
}

const setting = <Value>(row: HostkeeperSetting<Value>): HostkeeperSetting<Value> => row
const absolutePath = {
  form: 'absolute path',
  parse: (text: string): string | undefined => (isAbsolute(text) ? text : undefined),
}
const count = (text: string): number | undefined => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined)

/** The table; a key is the name of the value in {@link Settings}. */
export const hostkeeperSettings = {
  home: setting<string>({
    name: 'ISCONFDIR',
    ...absolutePath,
    fallback: '/var/is/hostkeeper',
    describe: 'The directory that holds the configuration tree, the stamps and the logs of this host.',
  }),
  source: setting<string | undefined>({
    name: 'HOSTKEEPER_SOURCE',
    form: 'address of a source',
    fallback: undefined,
    describe:
      'Where the configuration tree is fetched from; see SOURCES. Without it the tree is what somebody put into the directory tree below ISCONFDIR.',
    parse: (text) => text,
  }),
  key: setting<string | undefined>({
    name: 'HOSTKEEPER_KEY',
    ...absolutePath,
    fallback: undefined,
    describe:
      'A file with an Ed25519 public key in PEM. If set, a tree is accepted only from a web server, and only if the archive or the channel is signed by that key, or if the address contains its checksum.',
  }),
  insecure: setting<'yes' | 'no'>({
    name: 'HOSTKEEPER_INSECURE',
    form: '"yes" or "no"',
    fallback: 'no',
    describe:
      'If "yes", trees and scripts are taken that anybody on the way could have changed: by git://, git+http://, rsync://, and by http:// without a checksum or signature. Each fetch and each run says so. It does not override HOSTKEEPER_KEY.',
    parse: (text) => (text === 'yes' || text === 'no' ? text : undefined),
  }),
  onFailure: setting<'continue' | 'stop'>({
    name: 'HOSTKEEPER_ON_FAILURE',
    form: '"continue" or "stop"',
    fallback: 'continue',
    describe: 'What the boot hook does if the host could not be configured: let the boot continue, or stop it.',
    parse: (text) => (text === 'continue' || text === 'stop' ? text : undefined),
  }),
  timeoutS: setting<number>({
    name: 'HOSTKEEPER_TIMEOUT',
    form: 'seconds',
    fallback: 60,
    describe: 'How long a source may be silent before the host continues with the tree that it has.',
    parse: count,
  }),
  stepTimeoutS: setting<number>({
    name: 'HOSTKEEPER_STEP_TIMEOUT',
    form: 'seconds, 0 for no limit',
    fallback: 3600,
    describe:
      'How long a step of packages.conf may take. A step that takes longer is ended, and the run fails there: a boot that waits for ever could not even be repaired from another host.',
    parse: (text) => (text === '0' ? 0 : count(text)),
  }),
  make: setting<string>({
    name: 'HOSTKEEPER_MAKE',
    form: 'command',
    fallback: 'make',
    describe: 'The program that is run as GNU make.',
    parse: (text) => text,
  }),
  logsKept: setting<number>({
    name: 'HOSTKEEPER_LOGS',
    form: 'count',
    fallback: 100,
    describe: 'How many runs to keep the logs of.',
    parse: count,
  }),
  root: setting<string>({
    name: 'HOSTKEEPER_ROOT',
    ...absolutePath,
    fallback: '/',
    describe: 'The directory that stands for / when isync installs files.',
  }),
  motdDirectory: setting<string>({
    name: 'HOSTKEEPER_MOTD',
    ...absolutePath,
    fallback: '/run/motd.d',
    describe:
      "The directory for a line in the message of the day, which is there while the host does not match its newest tree. A directory below /run is empty after a reboot, and can be written even if / can't.",
  }),
  runDirectory: setting<string>({
    name: 'HOSTKEEPER_RUN',
    ...absolutePath,
    fallback: '/run',
    describe: "A directory in memory, for the result of a boot that can't write below ISCONFDIR.",
  }),
} as const

type Table = typeof hostkeeperSettings

/** The values that hold on this host. */
export type Settings = {
  readonly [Key in keyof Table]: Table[Key] extends HostkeeperSetting<infer Value> ? Value : never
}

/** A value with the place that it comes from, `FILE:LINE` or `environment`. */
export interface PlacedText {
  readonly text: string
  readonly place: string
}

/** The settings that `find` gives texts for; an empty text counts as none. CONFIG, with the place. */
export function settingsFrom(find: (name: string) => PlacedText | undefined): Settings {
  const read = <Value>(row: HostkeeperSetting<Value>): Value => {
    const found = find(row.name)
    if (found === undefined || found.text === '') return row.fallback
    const value = row.parse(found.text)
    if (value !== undefined) return value
    throw new IsconfError('CONFIG', `${found.place}: ${row.name} takes ${row.form}, not ${JSON.stringify(found.text)}`)
  }
  const rows = Object.entries<HostkeeperSetting<unknown>>(hostkeeperSettings)
  return Object.fromEntries(rows.map(([key, row]) => [key, read(row)])) as unknown as Settings
}
