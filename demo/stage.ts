/** What a person sees: commands behind the host they are typed on, their output indented, sentences between. */

/** Where it is written, and whether it may have colour. */
export interface Screen {
  readonly write: (text: string) => void
  readonly colour: boolean
  /** The width of a terminal; undefined where lines may be of any length. */
  readonly columns: number | undefined
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

const codes: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
}

/** Each host keeps its colour, so that one sees at a glance where a command is typed. */
const styleByHost: Readonly<Record<string, Style>> = { alder: 'green', birch: 'cyan', cedar: 'magenta' }

/** Sentences are not wider than this: it is what a terminal has at least, and what reads well. */
const sentenceColumns = 79

const indent = '    '

export class Stage {
  readonly #screen: Screen
  #last: 'nothing' | 'sentence' | 'command' = 'nothing'

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Sentences, as a paragraph of their own. */
  say(text: string): void {
    this.lines(wrapped(text, Math.min(sentenceColumns, this.#screen.columns ?? sentenceColumns)))
  }

  /** Lines as they are, as a paragraph of their own. */
  lines(lines: readonly string[]): void {
    if (this.#last !== 'nothing') this.#write('\n')
    for (const line of lines) this.#write(`${line}\n`)
    this.#last = 'sentence'
  }

  /** A command as it is typed. */
  prompt(host: string, command: string): void {
    if (this.#last === 'sentence') this.#write('\n')
    const name = this.styled(`${host}$`, 'bold', styleByHost[host] ?? 'blue')
    this.#write(`${name} ${this.styled(command, 'bold')}\n`)
    this.#last = 'command'
  }

  /** A remark in the place of output. */
  note(text: string): void {
    this.#write(`${indent}${this.styled(text, 'yellow')}\n`)
  }

  /** Takes a command's output as it comes and shows it line by line; empty lines at its end are left out. */
  output(): { add(text: string): void; end(): void } {
    let partial = ''
    let emptyLines = 0
    const show = (line: string): void => {
      if (line === '') {
        emptyLines += 1
        return
      }
      this.#write('\n'.repeat(emptyLines), ...this.#indented(line))
      emptyLines = 0
    }
    return {
      add: (text) => {
        const lines = (partial + text).split('\n')
        partial = lines.pop() ?? ''
        lines.forEach(show)
      },
      end: () => show(partial),
    }
  }

  /** Rows of cells below a row of heads, as a paragraph of its own. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
    const lines = rows.map((row, index) => {
      const cells = row.map((cell, column) => this.#cell(cell, widths[column] ?? 0, index === 0))
      return indent + cells.join('  ').trimEnd()
    })
    this.lines(lines)
  }

  /** The text in these styles, where there is colour. */
  styled(text: string, ...styles: readonly Style[]): string {
    if (!this.#screen.colour) return text
    return `${styles.map((style) => `\x1b[${codes[style]}m`).join('')}${text}\x1b[0m`
  }

  #cell(text: string, width: number, isHead: boolean): string {
    const padding = ' '.repeat(Math.max(0, width - text.length))
    const style = isHead ? styleByHost[text] : undefined
    return (style ? this.styled(text, 'bold', style) : text) + padding
  }

  /** A line too long for the terminal goes on below its own indentation, not at the edge. */
  #indented(line: string): readonly string[] {
    const { columns } = this.#screen
    const lines = columns === undefined ? [line] : wrapped(line, Math.max(columns - indent.length, 1))
    return lines.map((part) => `${indent}${part}\n`)
  }

  #write(...parts: readonly string[]): void {
    this.#screen.write(parts.join(''))
  }
}

/** The text in lines; a word that is longer than a line is left whole, so that it can be copied. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
