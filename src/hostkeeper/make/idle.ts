/**
 * Whether a run of make would begin no step at all. It is told from what make has just read, so make need not read again
 * to do nothing. Where anything is in doubt the answer is no, and make decides: see docs/design/stamps.md.
 */
import type { MakeDatabase, MakeRule } from './database.ts'
import { needsFirst } from './needs-first.ts'
import { allNeeds, ruleFor } from './steps.ts'

export interface IdleView {
  readonly database: MakeDatabase
  /** What make would be asked for. */
  readonly goals: readonly string[]
  /** The stamps that stay. */
  readonly kept: readonly string[]
  /** Whether there is a stamp, or another file of that name. */
  readonly exists: (target: string) => boolean
}

/**
 * Whether each step that these goals come to has its stamp, and no more than that decides. The stamps are those that are
 * left when those of outdated steps are taken away.
 */
export function beginsNothing({ database, goals, kept, exists }: IdleView): boolean {
  const stamps = new Set(kept)
  // For a name that a pattern may fit, make looks at more than stamps.
  if (database.patterns.length > 0 || database.forAll.has('.SECONDEXPANSION') || isSteered(database)) return false
  const isDone = (step: string): boolean => {
    const rule = ruleFor(database, step)
    // A member of an archive, in which make looks for it, whatever file has such a name.
    if (step.endsWith(')')) return false
    if (rule === undefined) return step.startsWith('/') && exists(step)
    // A group, for which nothing is run. Of a file with its name make would ask how old it is.
    if (rule.recipe === undefined) return !rule.doubleColon && !exists(step)
    return isStamped(rule, stamps) && [step, ...rule.also].every(exists)
  }
  // Of a circle make says that it has dropped it.
  const circles: (readonly string[])[] = []
  const needsOf = (step: string): readonly string[] => allNeeds(database, step)
  const steps = [...needsFirst(goals, needsOf, (way) => circles.push(way))]
  return circles.length === 0 && steps.every(isDone)
}

/** Whether a makefile has set what make goes by, also where its text has no such name: `$(X)PATH = …`. */
function isSteered({ variables }: MakeDatabase): boolean {
  const [flags = ''] = variables.get('MAKEFLAGS')?.value.split(' ') ?? []
  return !/^[pqr]+$/.test(flags) || steering.some((name) => variables.get(name)?.place !== undefined)
}

const steering = ['VPATH', 'GPATH', '.EXTRA_PREREQS', '.LIBPATTERNS', '.RECIPEPREFIX']

/** A rule with `::` and no needs is done at each run, and one that is phony as well. */
function isStamped({ target, also, phony, doubleColon }: MakeRule, stamps: ReadonlySet<string>): boolean {
  return !phony && !doubleColon && [target, ...also].every((one) => stamps.has(one))
}

/** Functions of make that ask or change something outside the makefile, say something, or tell who has set what. */
const telling = 'info|warning|error|eval|shell|file|guile|origin|flavor|value'

/**
 * What of a makefile can have it read in another way for a run than before it, by what make is asked for and with which
 * flags, by what other programs say, or by directories in which make looks; and what says something to whoever reads the
 * log. Where a name is put together while make reads, nobody knows what it will be.
 */
const unlike = new RegExp(
  [
    'MAKECMDGOALS|MAKE(?:LEVEL|_|OVERRIDES|FILES|\\$)|M(?:AKE)?FLAGS|HOSTKEEPER_(?:STEP|BEGUN)|LC_ALL',
    // It may be read, as in $(lastword $(MAKEFILE_LIST)); what sets it hides which makefiles there are.
    '(?<![({ ])MAKEFILE_LIST|(?:define|override|private|undefine) +MAKEFILE_LIST',
    'SECONDEXPANSION|EXTRA_PREREQS|VPATH|vpath|GPATH|\\.(?:DEFAULT|INTERMEDIATE|LIBPATTERNS|WAIT|RECIPEPREFIX|VARIABLES)\\b',
    '::|!=|^\\s*-?load\\b',
    `[({](?:${telling})\\b|[({]call\\s+(?:[^\\s,)}]*\\$|(?:${telling}|call)\\b)|\\$[({][^\\s,:()$]*\\$`,
  ].join('|'),
  'm',
)

/** Whether a makefile, given as its text, is read the same for a run as before it. */
export const readsAlike = (makefile: string): boolean => !unlike.test(makefile)
