/** Numbers in the text format that Prometheus scrapes, version 0.0.4. */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

export interface Metric<Facts> {
  /** With its unit at the end, in base units: seconds, bytes. */
  readonly name: string
  /** A counter only grows while the daemon runs. */
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /** None while there is nothing to tell. */
  readonly samples: (facts: Facts) => readonly Sample[]
}

/** The media type of {@link exposition}. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** All of them as text. */
export function exposition<Facts>(metrics: readonly Metric<Facts>[], facts: Facts): string {
  return metrics
    .map(({ name, type, help, samples }) => {
      const lines = samples(facts).map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`)
      return lines.length === 0 ? '' : `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

function labelsText(labels: Sample['labels'] = {}): string {
  const entries = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
  return entries.length === 0 ? '' : `{${entries.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
