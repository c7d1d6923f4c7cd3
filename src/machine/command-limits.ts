/**
 * What a command may use of the machine, as data: the same at the origin and at every target, whoever started the
 * daemon. Linux has it from the process that starts a process, and so from a shell, an init script or systemd.
 */

/** A limit as the kernel has it; undefined is none. */
export interface LimitPair {
  /** What a process meets. */
  readonly soft: number | undefined
  /** Up to which a process may raise it. */
  readonly hard: number | undefined
}

/** A limit of the kernel. */
export interface ResourceLimit extends LimitPair {
  /** As `ulimit` and systemd name it. */
  readonly name: string
  /** Its number, in <sys/resource.h> of Linux on x64 and arm64. */
  readonly number: number
  /** Set where the kernel chooses the limit by the memory of the machine, so that a lower one is no surprise. */
  readonly ofMachine?: true
}

const unlimited = { soft: undefined, hard: undefined }
const mebibyte = 1024 * 1024

/** As a service of systemd has them where nobody set others. */
export const resourceLimits: readonly ResourceLimit[] = [
  { name: 'cpu', number: 0, ...unlimited },
  { name: 'fsize', number: 1, ...unlimited },
  { name: 'data', number: 2, ...unlimited },
  { name: 'stack', number: 3, soft: 8 * mebibyte, hard: undefined },
  { name: 'core', number: 4, soft: 0, hard: undefined },
  { name: 'rss', number: 5, ...unlimited },
  { name: 'nproc', number: 6, ...unlimited, ofMachine: true },
  { name: 'nofile', number: 7, soft: 1024, hard: 524_288 },
  { name: 'memlock', number: 8, soft: 8 * mebibyte, hard: 8 * mebibyte },
  { name: 'as', number: 9, ...unlimited },
  { name: 'locks', number: 10, ...unlimited },
  { name: 'sigpending', number: 11, ...unlimited, ofMachine: true },
  { name: 'msgqueue', number: 12, soft: 819_200, hard: 819_200 },
  { name: 'nice', number: 13, soft: 0, hard: 0 },
  { name: 'rtprio', number: 14, soft: 0, hard: 0 },
  { name: 'rttime', number: 15, ...unlimited },
]

/** Niceness, and the score by which the kernel chooses what to end for want of memory. */
export const commandNiceness = 0
export const commandOomScore = 0
/** Of what a command makes: nobody but its owner writes. */
export const commandUmask = 0o022

/** For the manual. */
export const limitRows: readonly { readonly name: string; readonly form: string; readonly why: string }[] = [
  { name: 'umask', form: '`0022`', why: 'files that a command makes have the same modes everywhere' },
  {
    name: 'limits',
    form: resourceLimits
      .filter(({ soft, hard }) => soft !== undefined || hard !== undefined)
      .map(({ name, soft, hard }) => `${name} ${limitText(soft)}${soft === hard ? '' : `:${limitText(hard)}`}`)
      .join(', ')
      .concat(', and no other'),
    why: 'a build that has the files or the memory that it needs here has them elsewhere; a daemon without the right to raise limits gives what it has, and `isconf status` warns of it',
  },
  {
    name: 'niceness',
    form: `\`${commandNiceness}\``,
    why: 'a daemon that was started with `nice` slows no change down until something times out',
  },
  {
    name: 'OOM score',
    form: `\`${commandOomScore}\``,
    why: 'where memory runs out a command ends before the daemon, which then says so',
  },
]

function limitText(value: number | undefined): string {
  return value === undefined ? 'unlimited' : String(value)
}
