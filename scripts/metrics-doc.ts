/** Writes the metrics into docs/metrics.md from their table; with `--check`, only says whether the page is up to date. */
import { metrics } from '../src/daemon/metrics/table.ts'
import { readPage, run, withPart, writePage } from './written-page.ts'

const path = 'docs/metrics.md'

run(() => {
  const rows = metrics.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`)
  const table = ['| metric | type | what it is |', '| --- | --- | --- |', ...rows].join('\n')
  writePage(path, withPart(path, readPage(path), 'metrics', table))
})
