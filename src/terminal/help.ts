/** What the help says of verbs. */

/** What a person is told of a verb; the manual and the completions read it, too. */
export interface VerbWords {
  readonly name: string
  /** What follows the verb, as the usage shows it. */
  readonly usage: string
  readonly summary: string
  /** What a person should know before using it; whole sentences. */
  readonly help: string
}

/** All verbs with their summaries. */
export function verbTable(verbs: readonly VerbWords[]): string {
  const rows = verbs.map(({ usage, summary }) => {
    const isLong = usage.length > usageWidth
    return `  ${isLong ? `${usage}\n  ${' '.repeat(usageWidth)}` : usage.padEnd(usageWidth)}  ${summary}\n`
  })
  return `Verbs:\n${rows.join('')}`
}

/** A verb whose usage is longer has its summary on a line of its own. */
const usageWidth = 24

/** What `PROGRAM VERB --help` prints. */
export function helpOf(program: string, verb: VerbWords): string {
  return `usage: ${program} ${verb.usage}\n\n${wrap(verb.help)}\n`
}

/** Text in lines of at most 78 characters. */
function wrap(text: string): string {
  return text.replaceAll(/(.{1,78})(?: |$)/g, '$1\n').trimEnd()
}
