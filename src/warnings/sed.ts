/** Whether a script of sed, done twice, makes another file than done once. */

/** True when it does; false also where that can't be told. */
export function changesTwice(script: string, extended: boolean): boolean {
  try {
    return commandsOf(script).some((command) => isChangedTwice(command, extended))
  } catch {
    // An expression that JavaScript does not take.
    return false
  }
}

interface SedCommand {
  /** The expression that selects lines; undefined for every line, or for a line number. */
  readonly address: string | undefined
  readonly byNumber: boolean
  readonly name: string
  /** What follows the name. */
  readonly rest: string
}

/** The commands of a script, if they are simple ones. */
function commandsOf(script: string): readonly SedCommand[] {
  const commands: SedCommand[] = []
  let text = script.trim()
  while (text !== '') {
    const address = /^(?:\/((?:[^/\\]|\\.)*)\/I?|(\d+|\$))(?:,(?:\/(?:[^/\\]|\\.)*\/|\d+|\$|\+\d+))?\s*!?\s*/.exec(text)
    text = text.slice(address?.[0].length ?? 0)
    const name = text.charAt(0)
    const rest = restOf(name, text.slice(1))
    commands.push({ address: address?.[1], byNumber: address?.[2] !== undefined, name, rest })
    text = text.slice(1 + rest.length).replace(/^[\s;}]+/, '')
  }
  return commands
}

function restOf(name: string, text: string): string {
  // The text of these goes to the end of the line.
  if (/[aic]/.test(name)) return /^.*(\\\n.*)*/.exec(text)?.[0] ?? ''
  if (name !== 's' && name !== 'y') return ''
  const [pattern, replacement] = splitAt(text.slice(1), text.charAt(0))
  if (pattern === undefined || replacement === undefined) throw new Error('not closed')
  const length = pattern.length + replacement.length + 3
  return text.slice(0, length) + (/^\w*/.exec(text.slice(length))?.[0] ?? '')
}

function isChangedTwice({ address, byNumber, name, rest }: SedCommand, extended: boolean): boolean {
  if (name === 'a' || name === 'i') return true
  if (name === 'd') return byNumber
  if (name !== 's') return false
  const mark = rest.charAt(0)
  const [pattern = '', replacement = '', flags = ''] = splitAt(rest.slice(1), mark)
  const expression = new RegExp(javascriptOf(pattern, extended), flags.replace(/[^gi]/gi, '').toLowerCase())
  const chooses = address === undefined ? undefined : new RegExp(javascriptOf(address, extended))
  const onLine = (line: string): string =>
    chooses && !chooses.test(line) ? line : line.replace(expression, (...found) => filled(replacement, found))
  // What is replaced may be lines, each of which is met the next time.
  const once = (text: string): string => text.split('\n').map(onLine).join('\n')
  const prefixes = address === undefined ? [''] : samplesOf(javascriptOf(address, extended))
  return prefixes.some((prefix) =>
    samplesOf(expression.source).some((sample) => {
      const line = prefix.includes(sample) ? prefix : `${prefix}${sample}`
      return once(once(line)) !== once(line)
    }),
  )
}

/** The parts between marks; an escaped mark belongs to a part. */
function splitAt(text: string, mark: string): readonly string[] {
  const parts = ['']
  for (const [piece] of text.matchAll(/\\.|./gs)) {
    if (piece === mark) parts.push('')
    else parts.push(`${parts.pop() ?? ''}${piece}`)
  }
  return parts
}

/** `&`, `\1` and `$1` in a replacement. */
function filled(replacement: string, found: readonly unknown[]): string {
  return replacement.replace(/\\(\d)|\$(\d)|\\(.)|(&)/gs, (_, group, dollar, char, whole) => {
    if (whole !== undefined) return String(found[0])
    if (char !== undefined) return char === 'n' ? '\n' : String(char)
    return String(found[Number(group ?? dollar)] ?? '')
  })
}

const classes: Readonly<Record<string, string>> = {
  space: '\\s',
  blank: ' \\t',
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
}

/** A basic or extended regular expression as one of JavaScript. */
function javascriptOf(pattern: string, extended: boolean): string {
  const named = pattern.replace(/\[:(\w+):\]/g, (_, name: string) => classes[name] ?? '')
  if (extended) return named
  return named.replace(/\\([(){}+?|])|([(){}+?|])|^\*|\\./g, (all, special, literal) => {
    if (special !== undefined) return String(special)
    return literal !== undefined || all === '*' ? `\\${all}` : all
  })
}

/** Lines that an expression matches: one with, and one without, its optional parts. */
function samplesOf(source: string): readonly string[] {
  const matches = new RegExp(source)
  return [sampleOf(source, true), sampleOf(source, false)].filter((line) => matches.test(line))
}

function sampleOf(source: string, withOptional: boolean): string {
  let text = source
    .replace(/\\[sS]/g, ' ')
    .replace(/\\[wW]/g, 'x')
    .replace(/\\d/g, '1')
    .replace(/\\[bB<>]/g, '')
  text = text
    .replace(/\[\^(?:\\.|[^\]])*\]/g, 'x')
    .replace(/\[((?:\\.|[^\]])[^\]]*)\]/g, (_, set: string) => set.charAt(set.startsWith('\\') ? 1 : 0))
  // Dots that are none, and what is escaped, must outlive the rest.
  const escaped: string[] = []
  text = text.replace(/\\(.)/g, (_, char: string) => `\0${escaped.push(char) - 1}\0`)
  text = text
    .replace(/\((?:\?:)?/g, '(')
    .replace(/\.(?=[*?])/g, withOptional ? 'x' : '\u0001')
    .replace(/\./g, 'x')
  const optional = /(\0\d+\0|\([^()]*\)|[^()|])(\*\??|\?|\{0?,?\d*\})/g
  text = text.replace(optional, (_, one: string) => (withOptional ? one : '')).replaceAll('\u0001', '')
  text = text
    .replace(/\+\??|\{\d+,?\d*\}/g, '')
    .replace(/\|[^()]*/g, '')
    .replace(/[()^$]/g, '')
  return text.replace(/\0(\d+)\0/g, (_, index: string) => escaped[Number(index)] ?? '')
}
