/** The flags of the program itself, which come before the verb, and the verbs that each goes with. */
import { IsconfError } from '../base/index.ts'
import type { Program, Verb } from './declaration.ts'

/** What to say about a flag of the program that was typed after a verb; undefined if it is none of its flags. */
export function ownFlagText(program: Program, verb: Verb<never>, option: string): string | undefined {
  const own = Object.entries(program.options ?? {}).find(([, { flags }]) => flags.split(/[ ,]+/).includes(option))
  if (!own) return undefined
  if (!goesWith(program, own[0], verb)) return onlyText(program, own[0], option)
  return `${option} is a flag of ${program.name} itself: it stands before the verb`
}

function goesWith({ takers = {} }: Pick<Program, 'takers'>, key: string, verb: Verb<never>): boolean {
  return takers[key]?.(verb) ?? true
}

/** Which verbs a flag of the program goes with. */
function onlyText(program: Program, key: string, flag: string): string {
  const takers = program.verbs.filter((verb) => goesWith(program, key, verb))
  return `${flag} goes with ${takers.map((verb) => verb.name).join(', ')} only`
}

/** Checks the flags of a program that were typed: USAGE for one that does not go with the verb. */
export function refuseStrayFlags(program: Program, typed: Readonly<Record<string, unknown>>, verb: Verb<never>): void {
  for (const [key, { flags }] of Object.entries(program.options ?? {})) {
    if (typed[key] === undefined || typed[key] === false || goesWith(program, key, verb)) continue
    const [flag = ''] = flags.split(',')
    throw new IsconfError('USAGE', `${onlyText(program, key, flag)}, not with ${verb.name}`)
  }
}
