/** IS_NOTIFY. */
import type { HostNames } from './host-names.ts'
import type { Setting } from './setting.ts'
import { parseText } from './values.ts'

export const notifySetting: Setting<string | undefined> = {
  env: 'IS_NOTIFY',
  form: 'host name',
  fallback: undefined,
  describe: 'The host whose notify.d is told what is about the domain and not about one host; by default none.',
  parse: parseText,
}

/** Whether it names a host, by its short or its full name; names of hosts know no case. */
export function isNotifying(name: string | undefined, { short, fqdn }: HostNames): boolean {
  return name !== undefined && [short, fqdn].some((one) => one.toLowerCase() === name.toLowerCase())
}
