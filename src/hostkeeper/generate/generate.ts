/** The makefile of all packages that are described in packages.d. */
import { IsconfError } from '../../base/index.ts'
import { needsFirst } from '../make/index.ts'
import type { Need, Package } from './package-file.ts'

/** How a generated makefile begins; what begins otherwise is never overwritten. */
export const generatedMark = '# Written by `hostkeeper generate`'

/** A makefile beside the generated one, which this one includes where it is there. */
export const ownMakefile = 'packages.local.mk'

/**
 * The makefile, the same for the same packages whatever their order. CONFIG, with file and line, for what is needed
 * and not there, for two packages of one target, and for packages that need each other.
 */
export function generateMakefile(packages: readonly Package[], hasOwnMakefile: boolean): string {
  const sorted = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1))
  const byName = new Map(sorted.map((one) => [one.name, one]))
  checkTargets(sorted)
  checkNeeds(byName)
  const parts = [
    `${generatedMark} from packages.d; change the files there and run it again.\n`,
    'all: $(PACKAGES)\n',
    ...sorted.map((one) => stanzaOf(byName, one)),
  ]
  if (hasOwnMakefile) parts.push(`include $(dir $(lastword $(MAKEFILE_LIST)))${ownMakefile}\n`)
  return parts.join('\n')
}

function checkTargets(packages: readonly Package[]): void {
  const fileByTarget = new Map<string, string>([['all', 'the makefile itself']])
  for (const { name, target, file } of packages) {
    for (const one of new Set([name, target])) {
      const other = fileByTarget.get(one)
      if (other !== undefined) throw new IsconfError('CONFIG', `${file}: the target ${one} is also that of ${other}`)
      fileByTarget.set(one, file)
    }
  }
}

function checkNeeds(byName: ReadonlyMap<string, Package>): void {
  const needsOf = (name: string): readonly Need[] =>
    byName.get(name)?.needs.filter(({ kind }) => kind === 'package') ?? []
  for (const name of byName.keys()) {
    const unknown = needsOf(name).find(({ text }) => !byName.has(text))
    if (unknown) throw unknownPackage(unknown.text, unknown.place)
  }
  const refuse = (circle: readonly string[]): never => {
    const [last = '', first] = circle.slice(-2)
    const { place } = needsOf(last).find(({ text }) => text === first) ?? {}
    throw new IsconfError('CONFIG', `${place}: ${circle.join(' -> ')} is circular`)
  }
  for (const _ of needsFirst(byName.keys(), (name) => needsOf(name).map(({ text }) => text), refuse));
}

function unknownPackage(name: string, place: string): IsconfError {
  const hint = `describe it in packages.d/${name}.yaml; what a makefile of yours makes is needed as target: ${name}`
  return new IsconfError('CONFIG', `${place}: there is no package ${JSON.stringify(name)}`, { hint })
}

function stanzaOf(byName: ReadonlyMap<string, Package>, one: Package): string {
  const { name, target, description, file } = one
  const lines = [`# ${file}${description === undefined ? '' : `: ${description}`}`]
  const hasAlias = name !== target
  const always = [...(hasAlias ? [name] : []), ...(one.once ? [] : [target])]
  if (always.length > 0) lines.push(`.PHONY: ${always.join(' ')}`)
  if (hasAlias) lines.push(`${name}: ${target}`)
  lines.push(ruleOf(byName, one), ...recipeOf(one).map((line) => `\t${line}`))
  return `${lines.join('\n')}\n`
}

/**
 * What leaves no stamp counts as new at each run, so that what needs it would be done again each time: it stands
 * behind the bar, where make takes only its turn into account.
 */
function ruleOf(byName: ReadonlyMap<string, Package>, { target, needs, once }: Package): string {
  const isStamped = ({ kind, text }: Need): boolean => kind === 'target' || byName.get(text)?.once === true
  const nameOf = ({ kind, text }: Need): string => (kind === 'target' ? text : (byName.get(text)?.target ?? text))
  const before = (once ? needs.filter(isStamped) : needs).map(nameOf)
  const behind = once ? needs.filter((need) => !isStamped(need)).map(nameOf) : []
  return [`${target}:`, ...before, ...(behind.length > 0 ? ['|', ...behind] : [])].join(' ')
}

function recipeOf({ files, commands, service, once }: Package): readonly string[] {
  return [
    ...(files.length > 0 ? [`isync -o ${files.map(({ text }) => text).join(' ')}`] : []),
    ...commands.map(({ text }) => commandLine(text)),
    ...(service === undefined ? [] : [`service ${service.name} ${service.action}`]),
    ...(once ? ['touch $@'] : []),
  ]
}

/** The shell gets the line as it was written: make would take a lone $ for a variable of its own. */
function commandLine(text: string): string {
  const usesPackage = /\$(PACKAGE\b|\{PACKAGE\b)/.test(text)
  return `${usesPackage ? 'PACKAGE=$@; ' : ''}${text.replaceAll('$', '$$$$')}`
}
