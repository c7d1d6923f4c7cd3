/** What a run would do; nothing of the host's is written, and no lock is needed. */
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import {
  type DryRun,
  dryRun,
  goalsOf,
  hostOf,
  leavesStamp,
  type MakeCall,
  type MakeDatabase,
  type ManagedHost,
  madeWith,
  managedHost,
  oldFileFlags,
  ruleFor,
  stepsFor,
} from '../make/index.ts'
import { type ProgramContext, scratchDirectory } from '../program/index.ts'
import { doubtfulStamps } from './progress.io.ts'
import type { RunWords } from './recorded-run.io.ts'
import type { StampPlan } from './stamp-plan.ts'
import { plannedStamps } from './stamp-run.io.ts'
import { stampExists, stampsIn } from './stamps.io.ts'

/** The steps that a run would come to. */
export interface ResolvedRun {
  readonly managed: ManagedHost
  readonly targets: readonly string[]
  readonly stamps: StampPlan
}

export interface PlannedRun extends ResolvedRun {
  /** What make would do, and its status. */
  readonly make: DryRun
}

/** Resolves this host and asks make for its lines, of which it runs some. CONFIG and USAGE as a run would fail. */
export function planRun(context: ProgramContext, { words, trace }: RunWords): PlannedRun {
  const { layout } = context
  return inScratch(context, words, (resolved, scratch) => {
    const { managed, targets, stamps } = resolved
    const { call, database } = managed
    const doubtful = doubtfulStamps(layout.stamps, madeWith(database))
    for (const name of [...stamps.outdated, ...doubtful]) rmSync(join(scratch, name), { force: true })
    const old = oldFileFlags(database, targets, (name) => stampExists(layout.stamps, name))
    const flags = trace ? ['--trace', ...old] : old
    const make = targets.length === 0 ? idle : passes(call, database, stamps, targets, flags)
    return { ...resolved, make: { ...make, text: make.text.replaceAll(scratch, layout.stamps) } }
  })
}

/**
 * Resolves this host, and has make read and no more: lines that begin with + or contain $(MAKE) are run even by a make
 * that only tells. CONFIG and USAGE as a run would fail.
 */
export function resolveRun(context: ProgramContext, words: readonly string[]): ResolvedRun {
  return inScratch(context, words, (resolved) => resolved)
}

/** `work` gets also the directory of the copies of the stamps. */
function inScratch<T>(
  context: ProgramContext,
  words: readonly string[],
  work: (resolved: ResolvedRun, scratch: string) => T,
): T {
  const { layout } = context
  // First, because without a tree there is nothing to link to.
  hostOf(context)
  const present = stampsIn(layout.stamps).map(({ name }) => name)
  return withScratchStamps(layout.tree, present, (scratch) => {
    const managed = managedHost(context, scratch)
    const targets = goalsOf(words, managed.host.variables, managed.database)
    const stamps = plannedStamps(layout.stamps, managed.database, targets)
    return work({ managed, targets, stamps }, scratch)
  })
}

const idle: DryRun = { status: 0, text: '' }

/** As the run makes them. */
function passes(
  call: MakeCall,
  database: MakeDatabase,
  { lone }: StampPlan,
  targets: readonly string[],
  flags: readonly string[],
): DryRun {
  if (lone.length === 0) return dryRun(call, flags, targets)
  const first = dryRun(call, flags, lone)
  if (first.status !== 0) return first
  const done = stepsFor(database, lone).filter((step) => lone.includes(step) || leavesStamp(ruleFor(database, step)))
  addScratchStamps(call.cwd, done)
  const { status, text } = dryRun(call, flags, targets)
  return { status, text: first.text + text }
}

/** Fails as the run would, when make has found a mistake. */
export function failAsMake({ status }: DryRun): void {
  if (status === 0) return
  const hint = 'what make says stands above; `hostkeeper lint` looks at all hosts'
  throw new IsconfError('COMMAND_FAILED', `make failed with status ${status}`, { exit: status, hint })
}

/**
 * Calls `work` with a directory that holds a copy of these stamps, all of one time, beside a link to the tree; it is removed
 * afterwards.
 */
function withScratchStamps<T>(tree: string, names: Iterable<string>, work: (directory: string) => T): T {
  const directory = scratchDirectory('hostkeeper-plan-')
  try {
    symlinkSync(tree, join(directory, 'tree'))
    const stamps = join(directory, 'stamps')
    mkdirSync(stamps)
    addScratchStamps(stamps, names)
    return work(stamps)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function addScratchStamps(directory: string, names: Iterable<string>): void {
  for (const name of names) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
    utimesSync(path, stampSeconds, stampSeconds)
  }
}

/** The beginning of the year 2000. Any time will do that is the same for all. */
const stampSeconds = 946_684_800
