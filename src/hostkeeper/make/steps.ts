/** What needs what, among the targets of packages.conf. */
import type { MakeDatabase, MakeRule } from './database.ts'
import { needsFirst } from './needs-first.ts'

/** The rule by which make would make `target`; undefined when there is none. */
export function ruleFor({ rules, patterns }: MakeDatabase, target: string): MakeRule | undefined {
  const own = rules.get(target)
  if (own?.recipe) return own
  const pattern = patternFor(patterns, target)
  if (!pattern) return own
  return {
    target,
    needs: [...(own?.needs ?? []), ...pattern.needs],
    orderOnly: [...(own?.orderOnly ?? []), ...pattern.orderOnly],
    phony: own?.phony ?? false,
    doubleColon: own?.doubleColon ?? false,
    also: [],
    recipe: pattern.recipe,
  }
}

/** The pattern rule with the shortest stem, the first of several, as make chooses; with the stem put in. */
function patternFor(patterns: readonly MakeRule[], target: string): MakeRule | undefined {
  let best: { readonly rule: MakeRule; readonly stem: string } | undefined
  for (const rule of patterns) {
    const [before = '', after = ''] = rule.target.split('%')
    const long = target.length > before.length + after.length
    if (!long || !target.startsWith(before) || !target.endsWith(after)) continue
    const stem = target.slice(before.length, target.length - after.length)
    if (!best || stem.length < best.stem.length) best = { rule, stem }
  }
  if (!best) return undefined
  const { rule, stem } = best
  const put = (words: readonly string[]): readonly string[] => words.map((word) => word.replace('%', () => stem))
  return { ...rule, needs: put(rule.needs), orderOnly: put(rule.orderOnly) }
}

/** `goals` and all that they need, in the order in which make comes to them: what is needed stands before. */
export function stepsFor(database: MakeDatabase, goals: readonly string[]): readonly string[] {
  return [...needsFirst(goals, (target) => allNeeds(database, target))]
}

/** Also what is behind the bar. */
export function allNeeds(database: MakeDatabase, target: string): readonly string[] {
  const rule = ruleFor(database, target)
  return rule ? [...rule.needs, ...rule.orderOnly] : []
}

/** Words for make: the time of a file that it cannot make is no reason to do anything again, as no time is. */
export function oldFileFlags(
  database: MakeDatabase,
  goals: readonly string[],
  exists: (name: string) => boolean,
): readonly string[] {
  const files = stepsFor(database, goals).filter((step) => !ruleFor(database, step) && exists(step))
  return files.map((file) => `--old-file=${file}`)
}

/** What a run finds, and is to do. */
export interface RunView {
  readonly database: MakeDatabase
  /** What the run comes to. */
  readonly steps: ReadonlySet<string>
  /** What make is asked for. */
  readonly goals: readonly string[]
  /** Whether there is a stamp, or another file of that name. */
  readonly exists: (target: string) => boolean
  /** Steps that are done again without what needs them. */
  readonly lone: ReadonlySet<string>
}

/**
 * Of the `stamps`, those that the run makes untrue, also of steps that it does
 * not come to itself: something that they need has no stamp, and it will be
 * done. Of what the run does not come to, a missing stamp still tells later.
 */
export function outdated(
  { database, steps, goals, exists, lone }: RunView,
  stamps: readonly string[],
): readonly string[] {
  const isMissing = (target: string, { phony, also }: MakeRule): boolean =>
    [target, ...also].some((one) => steps.has(one)) &&
    (phony || [target, ...also].some((one) => !exists(one))) &&
    (goals.includes(target) || !isIntermediate(database, target))
  const needsOf = (target: string): readonly string[] => ruleFor(database, target)?.needs ?? []
  const running = new Set<string>()
  /** Of them, those on whose account what needs them runs, too. */
  const pulling = new Set<string>()
  // Of a target that needs itself make drops the circle, and so does this.
  for (const target of needsFirst(stamps, needsOf)) {
    const rule = ruleFor(database, target)
    const isPulled = needsOf(target).some((need) => pulling.has(need))
    // A file that make cannot make is an error or is there; it is no reason to do anything again.
    if (rule === undefined || !(isPulled || isMissing(target, rule))) continue
    running.add(target)
    if (isPulled || !lone.has(target)) pulling.add(target)
  }
  return [...stamps].filter((stamp) => running.has(stamp))
}

/**
 * Whether only a pattern rule has brought make to `target`: it removes such a file when it is done with it, and that
 * it is missing is no reason to make it again. Not so for what make is asked for.
 */
export const isIntermediate = ({ rules, mentioned }: MakeDatabase, target: string): boolean =>
  !rules.has(target) && !mentioned.has(target)

/** Whether the step leaves a stamp when it is done; one that does not is done at every run. */
export function leavesStamp(rule: MakeRule | undefined): boolean {
  return rule !== undefined && !rule.phony && /\btouch\b/.test(rule.recipe?.text ?? '')
}

/** The targets that one recipe makes together with a step. */
export const madeWith =
  (database: MakeDatabase) =>
  (step: string): readonly string[] =>
    ruleFor(database, step)?.also ?? []

/** Everything that `target` is needed for, over whatever detour; not itself. */
export function dependents(database: MakeDatabase, target: string, among: Iterable<string>): readonly string[] {
  const names = [...among]
  const needing = new Set([target])
  const needsOf = (one: string): readonly string[] => (one === target ? [] : (ruleFor(database, one)?.needs ?? []))
  for (const one of needsFirst(names, needsOf)) {
    if (needsOf(one).some((need) => needing.has(need))) needing.add(one)
  }
  return names.filter((one) => one !== target && needing.has(one))
}
