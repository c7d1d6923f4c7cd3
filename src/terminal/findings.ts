/** What a check of files has found, for people and for programs. */
import { inOneLine } from '../base/index.ts'
import { count } from './count.ts'

interface FindingWords {
  readonly severity: 'error' | 'warning'
  readonly file: string | null
  readonly line: number | null
  readonly message: string
}

export interface FindingsReport {
  /** For standard output. */
  readonly text: string
  readonly summary: string
  readonly errors: number
}

/** One line for each, as compilers write them, so that editors find the place; or one object. */
export function findingsReport(findings: readonly FindingWords[], json: boolean): FindingsReport {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const text = json ? `${JSON.stringify({ errors, warnings, findings })}\n` : findings.map(lineOf).join('')
  return { text, summary: `${count(errors, 'error')}, ${count(warnings, 'warning')}`, errors }
}

function lineOf({ severity, file, line, message }: FindingWords): string {
  const place = file === null ? '' : line === null ? `${file}: ` : `${file}:${line}: `
  return `${inOneLine(`${place}${severity}: ${message}`)}\n`
}
