/** What in a makefile makes stamps say what is not so. */
import type { MakeDatabase } from './database.ts'

/** Why a stamp would be there though its step has failed, or was not done; none when all is well. For run and lint. */
export function unbelievable({ variables, forAll }: MakeDatabase): readonly string[] {
  const problems: string[] = []
  if (forAll.has('.IGNORE')) problems.push('.IGNORE: without a target has every step that fails count as done')
  const shellFlags = variables.get('.SHELLFLAGS')?.value ?? ''
  if (forAll.has('.ONESHELL') && !/(^|\s)-\w*e/.test(shellFlags))
    problems.push('.ONESHELL: lets a step go on behind a line that fails: set .SHELLFLAGS = -ec as well')
  const flags = variables.get('MAKEFLAGS')?.value.split(' ')[0] ?? ''
  for (const [flag, why] of harmfulFlags) {
    if (/^\w+$/.test(flags) && flags.includes(flag)) problems.push(`MAKEFLAGS with -${flag} ${why}`)
  }
  return problems
}

const harmfulFlags = [
  ['i', 'has every step that fails count as done'],
  ['k', 'goes on behind a step that fails, in another order than on other hosts'],
  ['n', 'does nothing, and ends as if all were done'],
  ['t', 'makes the stamps without doing the steps'],
] as const

/**
 * The line of a recipe that makes the stamp before the step is done, or although it fails; undefined without one. What
 * fails in a later line, or is killed, leaves no stamp anyhow; a failure in front of `; touch $@` nobody can see.
 */
export function earlyStampLine(recipe: string, target = ''): string | undefined {
  const lines = recipe
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/\$\(@\)|\$\{@\}/g, '$$@')
    .split('\n')
    .filter((line) => !/^[\s@+-]*(#|$)/.test(line))
  return lines.find((line, at) => {
    // The target may also be named by its name.
    const text = target === '' ? line : line.replaceAll(wordOf(target), '$$@')
    const stamping = stampMaker.exec(text)
    if (stamping === null) return false
    const isMasked =
      /;[^;&|]*$/.test(text.slice(0, stamping.index + 1)) && !/^[\s@+-]*(set -e|if|for|case)\b/.test(line)
    return at < lines.length - 1 || isMasked
  })
}

const wordOf = (target: string): RegExp =>
  new RegExp(`(?<![\\w./-])${target.replaceAll(/[^\w/-]/g, '\\$&')}(?![\\w./-])`, 'g')

/** What makes the file that is called as the target; below another directory is another file. */
const stampMaker =
  /(?:^|[;&|\s@])(?:touch|mkdir)\b[^;&|]*(?<![\w/])\$@|(?:^|[;&|\s@])(?:cp|mv|install|ln|tee|dd)\b[^;&|]*(?:\s|of=)"?\$@"?\s*(?:$|[;&|])|>\|?\s*"?\$@/
