/**
 * A page of examples: prose, and blocks of commands with what they print.
 *
 *     alder:/etc$ isconf snap motd
 *     isconf: snapped /etc/motd (6 bytes)
 *     alder:/etc$ isconf unlock
 *     isconf: error: branch generic is not locked
 *     isconf: hint: take the lock first: isconf lock WHY
 *     (status 221)
 *
 * A prompt names the host and the directory. A status other than 0 follows
 * in parentheses. What varies from run to run (ids, times, processes,
 * addresses) is compared by its kind, and ids also by which one they are.
 */

/** A command of a page, with what the page says of it. */
export interface Step {
  readonly host: string
  readonly directory: string
  readonly command: string
  /** Both streams in the order written, and `(status N)` at the end unless that is 0. */
  readonly expected: string
  /** Lines of the page, counted from 0: of the prompt, and after the last of the output. */
  readonly from: number
  readonly to: number
}

const prompt = /^ {4}([a-z]+):(\/\S*)\$ (.+)$/

export function parseSteps(page: string): readonly Step[] {
  const lines = page.split('\n')
  return lines.flatMap((line, from) => {
    const [, host, directory, command] = prompt.exec(line) ?? []
    if (host === undefined || directory === undefined || command === undefined) return []
    const to = endOfOutput(lines, from + 1)
    const expected = lines
      .slice(from + 1, to)
      .map((one) => `${one.slice(4)}\n`)
      .join('')
    return [{ host, directory, command, expected, from, to }]
  })
}

/** Output goes on to the next prompt or to the end of the block; an empty line inside is one with output after it. */
function endOfOutput(lines: readonly string[], from: number): number {
  let to = from
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (prompt.test(line) || (line !== '' && !line.startsWith('    '))) break
    if (line !== '') to = at + 1
  }
  return to
}

/** A command as it was typed, and what it printed. */
export interface Typed {
  readonly command: string
  readonly output: string
}

/** The page with what its commands have printed. */
export function withOutputs(page: string, typedByStep: ReadonlyMap<Step, Typed>): string {
  const lines: (string | undefined)[] = page.split('\n')
  for (const [{ host, directory, from, to }, { command, output }] of typedByStep) {
    const shown = output.trimEnd().replaceAll(/^(?=.)/gm, '    ')
    lines[from] = `    ${host}:${directory}$ ${command}${shown === '' ? '' : `\n${shown}`}`
    lines.fill(undefined, from + 1, to)
  }
  return lines.filter((line) => line !== undefined).join('\n')
}

/** Ids in the order in which they were first seen: the third one of a page stands for the third one of a run. */
export class Ids {
  readonly #all: string[] = []

  /** What varies, replaced by its kind; what may be said or not, left out. */
  mask(text: string): string {
    return text
      .trimEnd()
      .replaceAll(/^isconf: fetching .*\n/gm, '')
      .replaceAll(/\b[0-9a-f]{12}\b/g, (id) => `ID${this.#numberOf(id)}`)
      .replaceAll(/\b([a-z]+)-[0-9a-f]{8}\b/g, '$1-ID')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replaceAll(/\bprocess \d+/g, 'process PID')
      .replaceAll(/\/ip4\/[\d.]+\/tcp\/\d+(\/p2p\/\w+)?/g, 'ADDRESS')
      .replaceAll(/\(isconf [^,]+,/g, '(isconf RELEASE,')
  }

  /** A page's command with this run's ids. */
  translate(command: string, run: Ids): string {
    return command.replaceAll(/\b[0-9a-f]{12}\b/g, (id) => run.#all[this.#numberOf(id)] ?? id)
  }

  #numberOf(id: string): number {
    if (!this.#all.includes(id)) this.#all.push(id)
    return this.#all.indexOf(id)
  }
}
