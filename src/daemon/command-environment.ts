/** The environment of every command, the same on the origin and on every target. */
import { type Config, execVariable } from '../config/index.ts'

/**
 * A fixed few variables that programs count on, main.cf's, and where ISconf
 * itself is. Nothing comes from whoever started the daemon: a command that
 * depends on it would do different things on different hosts.
 */
export function commandEnvironment(config: Config, user: { name: string; home: string }): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: user.home,
    LOGNAME: user.name,
    USER: user.name,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    ...config.variables,
    HOSTNAME: config.host.short,
    IS_HOME: config.home,
    IS_DOMAIN: config.domain?.name ?? '',
    // Empty where the root is /, so that "$IS_VOLROOT/etc" is right everywhere.
    IS_VOLROOT: config.volroot === '/' ? '' : config.volroot,
    // A package's script that would restart the daemon has to know that it runs inside an operation.
    [execVariable]: '1',
  }
}
