/** What came of the benchmarks, as a table for people and as JSON for programs. */
import { cpus, loadavg, release, totalmem, type } from 'node:os'

export type Unit = 'ms' | 'MB' | '%' | 'x'

/** One figure. It is met when the ratio, or what was measured where there is no ratio, is within its limit. */
export interface Row {
  readonly what: string
  readonly measured: number
  readonly unit: Unit
  /** The thing that it is compared with, measured in the same run. */
  readonly against?: { readonly what: string; readonly measured: number; readonly samples: readonly number[] }
  readonly ratio?: number
  /** Absent where nothing was promised. */
  readonly wanted?: Wanted
  /** What a reader must know to judge the figure. */
  readonly note?: string
  /** Everything that was measured for it, in the row's unit. */
  readonly samples?: readonly number[]
}

export type Wanted = { readonly atMost: number } | { readonly below: number } | { readonly atLeast: number }

/** Whether a row's figure is within its limit; undefined where nothing was promised. */
function isMet({ measured, ratio, wanted }: Row): boolean | undefined {
  const value = ratio ?? measured
  if (wanted === undefined) return undefined
  if ('atMost' in wanted) return value <= wanted.atMost
  if ('below' in wanted) return value < wanted.below
  return value >= wanted.atLeast
}

/** Where it was measured. */
export function machine() {
  return {
    processors: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    system: `${type()} ${release()}`,
    node: process.version,
    load: loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
  }
}

/** The rows below each other, their notes beneath. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['what', 'measured', 'against', 'ratio', 'wanted', 'met']
  const body = rows.map((row) => [
    row.what,
    inUnit(row.measured, row.unit),
    row.against ? `${inUnit(row.against.measured, row.unit)} (${row.against.what})` : '',
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.wanted ? wantedText(row) : '',
    { true: 'yes', false: 'NO', undefined: '' }[String(isMet(row))] ?? '',
  ])
  const lines = [head, ...body]
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const drawn = lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}`]))
  return [drawn[0], rule, ...drawn.slice(1), ...(notes.length > 0 ? ['', ...notes] : [])]
    .map((line) => line?.trimEnd())
    .join('\n')
}

/** The same as a document. */
export function jsonOf(rows: readonly Row[], facts: object): string {
  return `${JSON.stringify({ ...facts, rows: rows.map((row) => ({ ...row, met: isMet(row) ?? null })) }, undefined, 2)}\n`
}

function wantedText({ wanted, ratio, unit }: Row): string {
  if (wanted === undefined) return ''
  const of = (value: number): string => (ratio === undefined ? inUnit(value, unit) : String(value))
  if ('atMost' in wanted) return `<= ${of(wanted.atMost)}`
  if ('below' in wanted) return `< ${of(wanted.below)}`
  return `>= ${of(wanted.atLeast)}`
}

function inUnit(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return `${Number(value.toFixed(digits))} ${unit}`
}
