/**
 * Reads main.cf: stanzas of `target ...: include ...` with the lines
 * `name = value` that belong to them.
 *
 * The whole file is checked, not only what this host uses, so that a mistake
 * shows on the host where it is made. The command line reads the file at every
 * start: nothing here may be slow.
 */
import { fail, noting, type Problem, type Scanned, withoutProblems } from './problems.ts'
import { slownessOf } from './slow-pattern.ts'

export interface Assignment {
  readonly name: string
  readonly value: string
  readonly line: number
}

export interface Stanza {
  readonly line: number
  /** A short host name, a FQDN, a `^regex`, or a name that other stanzas include. */
  readonly targets: readonly string[]
  readonly includes: readonly string[]
  readonly assignments: readonly Assignment[]
}

export interface MainCf {
  readonly path: string
  readonly stanzas: readonly Stanza[]
}

/** The stanza that always applies, before all others. */
export const defaultTarget = 'DEFAULT'

/** Includes nest this deep at most: more is a mistake, and would exhaust the stack. */
export const includeDepthMax = 100

const variablePattern = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s
const plainTargetPattern = /^[\w.-]+$/

/** The stanzas of `text`. CONFIG, with `path` and the line, for the first thing that is wrong. */
export function parseMainCf(text: string, path: string): MainCf {
  return withoutProblems(scanMainCf(text, path), path)
}

/** What can be read of `text`, and everything that is wrong with it: lines that can't be read are left out. */
export function scanMainCf(text: string, path: string): Scanned<MainCf> {
  const stanzas: (Stanza & { readonly assignments: Assignment[] })[] = []
  const problems: Problem[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const variable = content.match(variablePattern)
    if (variable === null) {
      const header = noting(problems, line, () => parseHeader(content))
      stanzas.push({ line, ...(header ?? { targets: [], includes: [] }), assignments: [] })
      continue
    }
    const [, name = '', rest = ''] = variable
    noting(problems, line, () => {
      const stanza = stanzas.at(-1)
      if (stanza === undefined) fail(`the variable ${name} stands before the first stanza`)
      stanza.assignments.push({ name, value: parseValue(rest, name), line })
    })
  }
  const mainCf = { path, stanzas }
  return { value: mainCf, problems: [...problems, ...includeProblems(mainCf), ...defaultProblems(mainCf)] }
}

function parseHeader(content: string): Pick<Stanza, 'targets' | 'includes'> {
  const header = content.replace(/#.*$/s, '').trim()
  const colon = endOfTargets(header)
  const targets = words(header.slice(0, Math.max(colon, 0)))
  const isAssignment = targets.some((target) => /^[^^]*=/.test(target)) || header.startsWith('=', colon + 1)
  if (colon < 0 || isAssignment) {
    fail(`neither a stanza (target: includes) nor a variable (name = value): ${JSON.stringify(content)}`)
  }
  if (targets.length === 0) fail('a stanza without a target')
  for (const target of targets) checkTarget(target)
  return { targets, includes: words(header.slice(colon + 1)) }
}

/** The colon after the targets: the first one that ends a word, because a regex may hold others. */
function endOfTargets(header: string): number {
  const ending = header.search(/:(\s|$)/)
  if (ending >= 0) return ending
  return header.includes('^') ? header.lastIndexOf(':') : header.indexOf(':')
}

function checkTarget(target: string): void {
  if (target.startsWith('^')) {
    try {
      new RegExp(target)
    } catch (error) {
      fail(`not a regular expression: ${target} (${error instanceof Error ? error.message : error})`)
    }
    const slowness = slownessOf(target)
    if (slowness !== undefined) {
      fail(`a regular expression that can take for ever: ${target} (${slowness}); write several targets in its place`)
    }
  } else if (!plainTargetPattern.test(target)) {
    fail(`not a target: ${JSON.stringify(target)}`)
  }
}

/** A value in quotes may hold `#` and outer spaces; quotes inside a value are part of it. */
function parseValue(rest: string, name: string): string {
  const quote = rest.startsWith('"') || rest.startsWith("'") ? rest.charAt(0) : undefined
  let value = rest
  if (quote === undefined) {
    value = rest.replace(/#.*$/s, '').trim()
  } else {
    const end = rest.indexOf(quote, 1)
    if (end < 0) fail(`the value of ${name} has no closing ${quote}`)
    value = rest.slice(1, end)
    const after = rest.slice(end + 1).trim()
    if (after !== '' && !after.startsWith('#')) fail(`text after the closing ${quote} of ${name}: ${after}`)
  }
  if (value.includes('\0')) fail(`the value of ${name} holds a NUL byte`)
  if (value.includes('\ufffd')) fail(`the value of ${name} is not UTF-8 text`)
  return value
}

/** Every include must name a stanza, and none may lead back to itself. */
function includeProblems(mainCf: MainCf): readonly Problem[] {
  const problems: Problem[] = []
  const checked = new Set<Stanza>()
  const visit = (stanza: Stanza, names: readonly string[], trail: readonly Stanza[]): void => {
    if (checked.has(stanza)) return
    if (trail.length > includeDepthMax) {
      problems.push({ line: stanza.line, message: `includes nest deeper than ${includeDepthMax}` })
      return
    }
    for (const name of stanza.includes) {
      const included = findStanza(mainCf, name)
      const message = includeProblem(name, included, names, trail)
      if (message !== undefined) problems.push({ line: stanza.line, message })
      else if (included !== undefined) visit(included, [...names, name], [...trail, included])
    }
    checked.add(stanza)
  }
  for (const stanza of mainCf.stanzas) visit(stanza, stanza.targets.slice(0, 1), [stanza])
  return problems
}

function includeProblem(
  name: string,
  included: Stanza | undefined,
  names: readonly string[],
  trail: readonly Stanza[],
): string | undefined {
  if (included === undefined) return `no stanza to include: ${name}`
  const seenAt = trail.indexOf(included)
  return seenAt < 0 ? undefined : `includes go round in a circle: ${[...names.slice(seenAt), name].join(' -> ')}`
}

/**
 * A file that says `default` and nowhere `DEFAULT` would leave every host with the built-in settings. Where a host is
 * called that, a stanza `DEFAULT` beside it, which may be empty, says that it is meant.
 */
function defaultProblems(mainCf: MainCf): readonly Problem[] {
  if (findStanza(mainCf, defaultTarget)) return []
  return mainCf.stanzas.flatMap(({ targets, line }) => {
    const meant = targets.find((target) => target.toUpperCase() === defaultTarget && !isIncluded(mainCf, target))
    const message = `${meant} applies to a host of that name alone: write ${defaultTarget} for what applies to every host, or add an empty stanza ${defaultTarget}: if a host is called ${meant}`
    return meant === undefined ? [] : [{ line, message }]
  })
}

/** Whether some stanza includes the one of this name. */
export function isIncluded({ stanzas }: MainCf, name: string): boolean {
  return stanzas.some(({ includes }) => includes.includes(name))
}

/** The stanza that is included by this name: the first that has it as a target. */
export function findStanza(mainCf: MainCf, name: string): Stanza | undefined {
  return mainCf.stanzas.find((stanza) => stanza.targets.includes(name))
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
