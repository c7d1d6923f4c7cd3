/**
 * The environment of recorded commands as data: what each variable is, and why. main.cf changes what it sets; nothing
 * comes from whoever started the daemon, for a command that depends on it would do different things on different hosts.
 */
import { fixedEnvironment } from '../base/index.ts'
import type { Config } from './config.ts'
import { execVariable } from './settings.ts'
import { hostVariables } from './variables.ts'

/** The facts about the host that are in the environment of its commands. */
export interface CommandHost {
  /** Who runs the daemon, and their home directory. */
  readonly user: { readonly name: string; readonly home: string }
  /** The file of {@link aptConf}. */
  readonly aptConfPath: string
}

export interface CommandVariable {
  readonly name: string
  /** Undefined where it is not set. */
  readonly valueOn: (host: CommandHost, config: Config) => string | undefined
  /** Its value in the manual. */
  readonly form: string
  readonly why: string
}

const always = (name: string, value: string, why: string): CommandVariable => ({
  ...{ name, form: `\`${value}\``, why },
  valueOn: () => value,
})

/** Programs are looked for there, and by dpkg as well. */
const {
  PATH: fixedPath = '',
  SHELL: fixedShell = '',
  LANG: fixedLanguage = '',
} = fixedEnvironment({ name: '', home: '' })
const ofDaemon = 'of the user who runs the daemon'
const whyUser = 'some programs fail without it, and a shell sets it to what is no part of the change'

/** Set before main.cf's, in the order of the manual. */
export const commandDefaults: readonly CommandVariable[] = [
  always('PATH', fixedPath, 'the same program is found on every host, that of `/usr/local` first'),
  { name: 'HOME', form: ofDaemon, why: whyUser, valueOn: ({ user }) => user.home },
  { name: 'LOGNAME', form: ofDaemon, why: whyUser, valueOn: ({ user }) => user.name },
  { name: 'USER', form: ofDaemon, why: whyUser, valueOn: ({ user }) => user.name },
  always('SHELL', fixedShell, 'programs start it for a command that they are given'),
  always('LANG', fixedLanguage, 'messages, the order of names and what counts as a letter are the same on every host'),
  {
    name: 'LC_ALL',
    form: '`C.UTF-8`, unless main.cf or the operation sets LANG or a variable that begins with `LC_`',
    why: 'as LANG, also in a program that reads the language of the host from a file',
    valueOn: (_, { variables }) =>
      Object.keys(variables).some((name) => /^(LANG|LC_.*)$/.test(name)) ? undefined : fixedLanguage,
  },
  always(
    'DEBIAN_FRONTEND',
    'noninteractive',
    'a package asks nothing and takes its default answers; asked where nobody answers, Debian 12 stores empty ones, and the next version of the package reads those',
  ),
  {
    name: 'APT_CONFIG',
    form: '`apt.conf` beside the program',
    why: 'below apt, dpkg gets no terminal, as without apt; finds programs in the PATH above, where apt would leave out `/usr/local`; and is waited for when it is busy. What the host has in `/etc/apt` comes after it, and wins',
    valueOn: ({ aptConfPath }) => aptConfPath,
  },
  always('APT_LISTCHANGES_FRONTEND', 'none', 'without it apt-listchanges shows what is new and waits for a key'),
  always(
    'NEEDRESTART_SUSPEND',
    '1',
    'without it needrestart asks which services to restart, or restarts others on each host',
  ),
  always('PAGER', 'cat', 'a pager would wait for a key'),
  always('SYSTEMD_PAGER', 'cat', 'as PAGER, for systemctl and journalctl'),
]

/** Set after main.cf's: facts of the host. */
export const commandFacts: readonly Pick<CommandVariable, 'name' | 'form' | 'why'>[] = [
  { name: 'HOSTNAME', form: 'the short name of this host', why: 'for changes that depend on it' },
  { name: 'IS_HOME', form: 'the setting', why: 'where ISconf keeps its data here' },
  { name: 'IS_DOMAIN', form: 'the domain', why: 'which hosts share the journal' },
  { name: 'IS_VOLROOT', form: 'the setting; empty where it is `/`', why: '`"$IS_VOLROOT/etc"` is right on every host' },
  {
    name: execVariable,
    form: '`1`',
    why: 'a program knows that it runs inside an operation, which it would end by restarting the daemon',
  },
]

/**
 * The variables that every command of this host gets. A command has PWD besides, its directory, and what the operation
 * recorded, which wins.
 */
export function commandVariables(config: Config, host: CommandHost): Record<string, string> {
  const defaults = commandDefaults.flatMap(({ name, valueOn }) => {
    const value = valueOn(host, config)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(defaults), ...hostVariables(config), [execVariable]: '1' }
}

/** How long to wait for an installation by another program. */
const waitForDpkgS = 1800

/** What APT_CONFIG names, for apt. */
export const aptConf = `// Set for the commands that ISconf runs: isconf(8), ENVIRONMENT. What is in /etc/apt comes after this, and wins.
Dpkg::Use-Pty "false";
DPkg::Path "${fixedPath}";
DPkg::Lock::Timeout "${waitForDpkgS}";
`
