/** The settings of a host that does `up` by itself. */
import type { Setting } from './setting.ts'
import { parseUpWindow, type UpWindow } from './up-window.ts'
import { parseSplay, parseUpMode, type UpMode } from './values.ts'

export interface UpSettings {
  readonly upMode: UpMode
  /** In seconds. */
  readonly upSplayS: number
  /** Undefined when it is always open. */
  readonly upWindow: UpWindow | undefined
}

export const upSettings: { readonly [Name in keyof UpSettings]: Setting<UpSettings[Name]> } = {
  upMode: {
    env: 'IS_UP',
    form: '"manual" or "auto"',
    fallback: 'manual',
    describe:
      'Whether this host does `up` only when somebody asks for it, or by itself as soon as something has arrived. By itself it never reboots the machine.',
    parse: parseUpMode,
  },
  upSplayS: {
    env: 'IS_UP_SPLAY',
    form: 'seconds',
    fallback: 60,
    describe:
      'With IS_UP=auto: up to so many seconds, by chance, this host waits before it begins, so that not all hosts begin at once.',
    parse: parseSplay,
  },
  upWindow: {
    env: 'IS_UP_WINDOW',
    form: 'days, hours and time zone, as Mon-Fri 22:00-05:00 Europe/Berlin',
    fallback: undefined,
    describe:
      "With IS_UP=auto: when this host may begin an operation by itself; always by default. Several have commas between them; without days every day is meant, and without a time zone the machine's own. What a clock on the wall shows there counts, also in the nights in which it is changed.",
    parse: parseUpWindow,
  },
}
