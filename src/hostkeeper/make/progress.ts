/**
 * How far a run has come: lines in a file beside the stamps, which is there from before make begins until all that the
 * run did is on disk and its end is recorded. Where it is found by the next run, the last one has no end.
 */

export const progressName = '.progress'

export interface BegunStep {
  readonly name: string
  /** In seconds since the machine was booted, which no clock can change; undefined where the kernel does not tell. */
  readonly upS: number | undefined
}

export interface Progress {
  /** The boot in which the run began. */
  readonly boot: string
  /** In their order. One begins when the one before has ended. */
  readonly begun: readonly BegunStep[]
  /** Steps whose stamps are on disk with all that they wrote. */
  readonly kept: ReadonlySet<string>
  /** Make's status when it has ended and begun nothing since. */
  readonly end: number | undefined
  /** Whether the disks did not take what was written. */
  readonly isLost: boolean
}

/** A line for the file; make writes those of `begin` itself. */
export const progressLine = {
  run: (boot: string): string => `run ${boot}\n`,
  begin: 'begin $(firstword $(file </proc/uptime)) $@',
  end: (status: string): string => `end ${status}`,
  kept: (step: string): string => `kept ${step}\n`,
  lost: 'lost\n',
} as const

/** Whatever is no line of ours, as a power failure leaves it, is passed over. */
export function parseProgress(text: string): Progress {
  const lines = text.split('\n').flatMap((line) => {
    const [, what = '', rest = ''] = /^(run|begin|end|kept|lost)(?: (.*))?$/.exec(line) ?? []
    return what === '' ? [] : [{ what, rest }]
  })
  const restsOf = (wanted: string): readonly string[] =>
    lines.flatMap(({ what, rest }) => (what === wanted ? [rest] : []))
  const last = lines.filter(({ what }) => what === 'begin' || what === 'end').at(-1)
  return {
    boot: restsOf('run').at(-1) ?? '',
    begun: restsOf('begin').flatMap(begunStepOf),
    kept: new Set(restsOf('kept')),
    end: last?.what === 'end' ? Number(last.rest) : undefined,
    isLost: restsOf('lost').length > 0,
  }
}

function begunStepOf(text: string): readonly BegunStep[] {
  const [, up = '', name] = /^([\d.]*) (.+)$/.exec(text) ?? []
  return name === undefined ? [] : [{ name, upS: up === '' ? undefined : Number(up) }]
}

/** What a run left behind that has no end. */
export interface LeftRun {
  readonly progress: Progress
  readonly stamps: readonly string[]
  /** The stamps that were there when it began. */
  readonly before: ReadonlySet<string>
  /** The present boot. */
  readonly boot: string
  /** The targets that are made together with a step. */
  readonly also: (step: string) => readonly string[]
}

/**
 * The stamps that do not count, because nobody can know whether their steps are done.
 *
 * While the machine has not been down, all that was written is there: only the step is in doubt that was under way. After
 * a boot everything is that was not noted as being on disk.
 */
export function doubtful({ progress, stamps, before, boot, also }: LeftRun): readonly string[] {
  const { begun, kept, end, isLost } = progress
  const fresh = stamps.filter((name) => !before.has(name) && !kept.has(name))
  const last = begun.at(-1)?.name
  if (progress.boot !== boot || isLost) return fresh
  if (end === 0) return []
  // A make that does not tell what it begins.
  if (last === undefined) return fresh
  const underWay = [last, ...also(last)]
  return fresh.filter((name) => underWay.includes(name))
}
