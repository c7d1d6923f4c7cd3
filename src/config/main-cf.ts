/**
 * Reads main.cf: stanzas of `target ...: include ...` with the lines
 * `name = value` that belong to them.
 *
 * The whole file is checked, not only what this host uses, so that a mistake
 * shows on the host where it is made. The command line reads the file at every
 * start: nothing here may be slow.
 */
import { IsconfError } from '../base/index.ts'

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

/** Includes nest this deep at most: more is a mistake, and would exhaust the stack. */
export const includeDepthMax = 100

const variablePattern = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s
const plainTargetPattern = /^[\w.-]+$/

/** The stanzas of `text`. CONFIG, with `path` and the line, for the first thing that is wrong. */
export function parseMainCf(text: string, path: string): MainCf {
  const stanzas: (Stanza & { readonly assignments: Assignment[] })[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const at = `${path}:${line}`
    const variable = content.match(variablePattern)
    if (variable === null) {
      stanzas.push({ line, ...parseHeader(content, at), assignments: [] })
      continue
    }
    const [, name = '', rest = ''] = variable
    const stanza = stanzas.at(-1)
    if (stanza === undefined) fail(at, `the variable ${name} stands before the first stanza`)
    stanza.assignments.push({ name, value: parseValue(rest, name, at), line })
  }
  const mainCf = { path, stanzas }
  checkIncludes(mainCf)
  return mainCf
}

function parseHeader(content: string, at: string): Pick<Stanza, 'targets' | 'includes'> {
  const header = content.replace(/#.*$/s, '').trim()
  const colon = endOfTargets(header)
  const targets = words(header.slice(0, Math.max(colon, 0)))
  const isAssignment = targets.some((target) => /^[^^]*=/.test(target)) || header.startsWith('=', colon + 1)
  if (colon < 0 || isAssignment) {
    fail(at, `neither a stanza (target: includes) nor a variable (name = value): ${JSON.stringify(content)}`)
  }
  if (targets.length === 0) fail(at, 'a stanza without a target')
  for (const target of targets) checkTarget(target, at)
  return { targets, includes: words(header.slice(colon + 1)) }
}

/** The colon after the targets: the first one that ends a word, because a regex may hold others. */
function endOfTargets(header: string): number {
  const ending = header.search(/:(\s|$)/)
  if (ending >= 0) return ending
  return header.includes('^') ? header.lastIndexOf(':') : header.indexOf(':')
}

function checkTarget(target: string, at: string): void {
  if (target.startsWith('^')) {
    try {
      new RegExp(target)
    } catch (error) {
      fail(at, `not a regular expression: ${target} (${error instanceof Error ? error.message : error})`)
    }
  } else if (!plainTargetPattern.test(target)) {
    fail(at, `not a target: ${JSON.stringify(target)}`)
  }
}

/** A value in quotes may hold `#` and outer spaces; quotes inside a value are part of it. */
function parseValue(rest: string, name: string, at: string): string {
  const quote = rest.startsWith('"') || rest.startsWith("'") ? rest.charAt(0) : undefined
  let value = rest
  if (quote === undefined) {
    value = rest.replace(/#.*$/s, '').trim()
  } else {
    const end = rest.indexOf(quote, 1)
    if (end < 0) fail(at, `the value of ${name} has no closing ${quote}`)
    value = rest.slice(1, end)
    const after = rest.slice(end + 1).trim()
    if (after !== '' && !after.startsWith('#')) fail(at, `text after the closing ${quote} of ${name}: ${after}`)
  }
  if (value.includes('\0')) fail(at, `the value of ${name} holds a NUL byte`)
  if (value.includes('\ufffd')) fail(at, `the value of ${name} is not UTF-8 text`)
  return value
}

/** Every include must name a stanza, and none may lead back to itself. */
function checkIncludes(mainCf: MainCf): void {
  const checked = new Set<Stanza>()
  const visit = (stanza: Stanza, names: readonly string[], trail: readonly Stanza[]): void => {
    if (checked.has(stanza)) return
    const at = `${mainCf.path}:${stanza.line}`
    if (trail.length > includeDepthMax) fail(at, `includes nest deeper than ${includeDepthMax}`)
    for (const name of stanza.includes) {
      const included = findStanza(mainCf, name)
      if (included === undefined) fail(at, `no stanza to include: ${name}`)
      const seenAt = trail.indexOf(included)
      if (seenAt >= 0) fail(at, `includes go round in a circle: ${[...names.slice(seenAt), name].join(' -> ')}`)
      visit(included, [...names, name], [...trail, included])
    }
    checked.add(stanza)
  }
  for (const stanza of mainCf.stanzas) visit(stanza, stanza.targets.slice(0, 1), [stanza])
}

/** The stanza that is included by this name: the first that has it as a target. */
export function findStanza(mainCf: MainCf, name: string): Stanza | undefined {
  return mainCf.stanzas.find((stanza) => stanza.targets.includes(name))
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function fail(at: string, problem: string): never {
  throw new IsconfError('CONFIG', `${at}: ${problem}`)
}
