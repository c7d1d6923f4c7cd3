/**
 * Text as a terminal may have it. Names of files, messages and what other hosts say of themselves may hold anything; an
 * escape sequence in them would move the cursor, change the title or write over what stands there.
 */

/** Controls, and the marks that turn the direction of what follows. */
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** With all but line breaks and tabs as `\u001b`: also within JSON that is the same text. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (one) => (one === '\n' || one === '\t' ? one : escaped(one)))
}

/** The same in one line: who wrote a line break into a name or a message can't pass a line off as ours. */
export function inOneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** The text within `$'…'` of a shell, when it has something in it that is not to be printed. */
export function shellEscaped(text: string): string | undefined {
  if (text.search(unprintable) === -1) return undefined
  const quoted = text.replaceAll(/[\\']/g, (one) => `\\${one}`)
  return `$'${inOneLine(quoted)}'`
}

/** A word as a shell takes it. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return shellEscaped(word) ?? `'${word.replaceAll("'", `'\\''`)}'`
}

/** So much of a text that a person recognises it. */
export function shortened(text: string, lengthMax: number): string {
  // Half of a character would be none.
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '')}…`
}

function escaped(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
}
