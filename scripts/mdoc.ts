/** Turns the Markdown that our documents use into mdoc(7), the language of manual pages. */

/** What a page begins with. */
export interface Title {
  readonly name: string
  readonly section: number
  /** What stands behind the name in lists of pages. */
  readonly purpose: string
  /** The month, day and year of its prose, as mdoc wants them. */
  readonly date: string
}

/** How a page begins. */
export function manualPage({ name, section, purpose, date }: Title): string {
  const head = [
    '.\\" Written by npm run fix; the sources are beside it and in the tables of src/.',
    `.Dd ${date}`,
    `.Dt ${name.toUpperCase()} ${section}`,
    '.Os',
    '.Sh NAME',
    `.Nm ${name}`,
    `.Nd ${purpose}`,
  ]
  return `${head.join('\n')}\n`
}

/** The mdoc of Markdown: headings, paragraphs, lists, definitions, tables and blocks of code. */
export function mdocOf(markdown: string): string {
  const lines = markdown.replaceAll(/<!--.*?-->\n?/gs, '').split('\n')
  const out: string[] = []
  for (let at = 0; at < lines.length; ) {
    const block = blockAt(lines, at)
    if (block.mdoc.length > 0) out.push(...block.mdoc)
    at = block.next
  }
  return `${out.join('\n')}\n`
}

interface Block {
  readonly mdoc: readonly string[]
  /** The line after it. */
  readonly next: number
}

function blockAt(lines: readonly string[], at: number): Block {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { mdoc: [], next: at + 1 }
  const heading = /^(#+) (.*)$/.exec(line)
  if (heading) return { mdoc: [headingOf(heading[1] ?? '', heading[2] ?? '')], next: at + 1 }
  if (line.startsWith('```')) return fencedAt(lines, at)
  if (line.startsWith('    ')) return indentedAt(lines, at)
  if (line.startsWith('|')) return tableAt(lines, at)
  if (/^\* /.test(line)) return listAt(lines, at, /^\* /, '-bullet')
  if (/^\d+\. /.test(line)) return listAt(lines, at, /^\d+\. /, '-enum')
  if (lines[at + 1]?.startsWith(': ')) return definitionsAt(lines, at)
  const next = firstAfter(lines, at, (one) => one.trim() === '' || /^(```|\||\* )/.test(one))
  return { mdoc: ['.Pp', ...textOf(lines.slice(at, next))], next }
}

function headingOf(marks: string, text: string): string {
  return marks.length <= 2 ? `.Sh ${plain(text)}` : `.Ss ${plain(text)}`
}

function fencedAt(lines: readonly string[], at: number): Block {
  const end = firstAfter(lines, at + 1, (line) => line.startsWith('```'))
  return { mdoc: literal(lines.slice(at + 1, end)), next: end + 1 }
}

function indentedAt(lines: readonly string[], at: number): Block {
  let end = firstAfter(lines, at, (line) => line !== '' && !line.startsWith('    '))
  while (lines[end - 1]?.trim() === '') end -= 1
  return { mdoc: literal(lines.slice(at, end).map((line) => line.slice(4))), next: end }
}

function literal(lines: readonly string[]): readonly string[] {
  return ['.Bd -literal -offset indent', ...lines.map(code), '.Ed']
}

function tableAt(lines: readonly string[], at: number): Block {
  const end = firstAfter(lines, at, (line) => !line.startsWith('|'))
  const [names = [], , ...rows] = lines.slice(at, end).map(cellsOf)
  const items = rows.flatMap(([tag = '', ...cells]) => [
    `.It ${inline(tag)}`,
    ...textOf([described(names.slice(1), cells)]),
  ])
  return { mdoc: ['.Bl -tag -width indent', ...items, '.El'], next: end }
}

/** One cell speaks for itself; of several each is named by its column. */
function described(names: readonly string[], cells: readonly string[]): string {
  if (cells.length === 1) return cells[0] ?? ''
  const all = cells.map((cell, index) => (cell === '' ? '' : `${names[index]}: ${cell}`))
  return all.filter((text) => text !== '').join('; ')
}

function cellsOf(line: string): readonly string[] {
  const inside = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}

function listAt(lines: readonly string[], at: number, mark: RegExp, kind: string): Block {
  const out = [`.Bl ${kind}`]
  let next = at
  while (mark.test(lines[next] ?? '')) {
    const end = firstAfter(lines, next + 1, (line) => line.trim() === '' || mark.test(line))
    out.push('.It', ...textOf([(lines[next] ?? '').replace(mark, ''), ...lines.slice(next + 1, end)]))
    // An empty line between two items does not end the list.
    next = lines[end]?.trim() === '' && mark.test(lines[end + 1] ?? '') ? end + 1 : end
  }
  return { mdoc: [...out, '.El'], next }
}

/** `term`, and below it `: what it is`, with further paragraphs and examples indented by two spaces. */
function definitionsAt(lines: readonly string[], at: number): Block {
  const out = ['.Bl -tag -width indent']
  let next = at
  while (lines[next + 1]?.startsWith(': ')) {
    out.push(`.It ${inline(lines[next] ?? '')}`)
    const end = firstAfter(lines, next + 2, (line, index) => !line.startsWith('  ') && !isGap(lines, index))
    const body = [(lines[next + 1] ?? '').slice(2), ...lines.slice(next + 2, end).map((line) => line.slice(2))]
    const [first = '', ...more] = mdocOf(body.join('\n')).trimEnd().split('\n')
    out.push(...(first === '.Pp' ? more : [first, ...more]))
    next = firstAfter(lines, end, (line) => line.trim() !== '')
  }
  return { mdoc: [...out, '.El'], next }
}

/** Whether a line is empty and what follows it is still indented. */
function isGap(lines: readonly string[], index: number): boolean {
  return lines[index]?.trim() === '' && (lines[index + 1] ?? '').startsWith('  ')
}

function firstAfter(lines: readonly string[], from: number, isIt: (line: string, index: number) => boolean): number {
  let at = from
  while (at < lines.length && !isIt(lines[at] ?? '', at)) at += 1
  return at
}

/** A paragraph, each sentence on a line of its own, as mdoc wants it. */
function textOf(lines: readonly string[]): readonly string[] {
  const sentences = lines
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.?!]\)?) (?=[A-Z`*])/)
  return sentences.map((sentence) => guarded(inline(sentence)))
}

/** Code in bold, emphasis in italics, links as their text and, where it is one of the web, its address. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') && part.length > 1 ? `\\fB${roff(part.slice(1, -1))}\\fP` : emphasised(part)))
    .join('')
}

function emphasised(text: string): string {
  const linked = text.replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, shown: string, target: string) =>
    /^https?:/.test(target) ? `${shown} <${target}>` : shown,
  )
  return roff(linked)
    .replaceAll(/\*\*([^*]+)\*\*/g, '\\fB$1\\fP')
    .replaceAll(/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])/g, '\\fI$1\\fP')
}

function plain(text: string): string {
  return roff(text.replaceAll(/[`*]/g, ''))
}

function code(line: string): string {
  return guarded(roff(line))
}

/** A dot or an apostrophe at the beginning of a line would be a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line
}

/** Text as it is: what roff would take for something else is escaped. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('…', '...')
    .replaceAll('↔', '<->')
    .replaceAll('-', '\\-')
    .replaceAll(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}

/** A page without breaks that break nothing: right behind a heading, or a second one in a row. */
export function withoutNeedlessBreaks(page: string): string {
  const lines = page.split('\n')
  const isNeedless = (line: string, before: string): boolean => line === '.Pp' && /^\.(Sh|Ss|Pp|It|An)\b/.test(before)
  return lines.filter((line, index) => !isNeedless(line, lines[index - 1] ?? '')).join('\n')
}
