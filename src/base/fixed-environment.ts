/** Where programs are, the same for every command on every host. */
export const fixedPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The few variables that programs count on, and none of whoever has started this process: what depends on those would
 * do different things by hand and at boot, or on different hosts.
 */
export function fixedEnvironment(user: { readonly name: string; readonly home: string }): Record<string, string> {
  return { PATH: fixedPath, HOME: user.home, LOGNAME: user.name, USER: user.name, SHELL: '/bin/sh', LANG: 'C.UTF-8' }
}
