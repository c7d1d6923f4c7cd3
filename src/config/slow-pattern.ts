/** Regular expressions that can take for ever: what is tried grows with every letter of the name many times over. */

/** Of a name of 253 letters, the longest there is, so many take about a second together, and each more fifty times that. */
const endlessMax = 4

/** An innermost group, and what repeats it. */
const groupPattern = /\(([^()]*)\)(\*|\+|\{\d+(?:,\d*)?\})?/
/** What may match in more than one way; L stands for a group that may. */
const loosePattern = /[|*+?L]|\{\d+,/

/**
 * Why a pattern can take for ever, in words; undefined if it can't. RegExp must accept the pattern. What is refused is
 * a repeated group in which something may match in more than one way; some of these are harmless, but nobody needs them
 * in the name of a host.
 */
export function slownessOf(pattern: string): string | undefined {
  // Each letter, escape and class stands for itself, and each kind of group is a group.
  let text = pattern
    .replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, 'x')
    .replace(/\(\?(?:<?[=!]|:|<\w+>)/g, '(')
    .replace(/[A-Z]/g, 'x')
  const endless = text.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  if (endless > endlessMax) return `it repeats without a limit more than ${endlessMax} times`
  for (let found = groupPattern.exec(text); found !== null; found = groupPattern.exec(text)) {
    const [group, inside = '', repeated] = found
    const isLoose = loosePattern.test(inside)
    if (isLoose && repeated !== undefined) return 'it repeats a group that repeats or chooses'
    text = text.replace(group, () => (isLoose || repeated !== undefined ? 'L' : 'x'))
  }
  return undefined
}
