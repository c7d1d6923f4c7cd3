/** Writes docs/errors.md from the table of failures; with `--check`, only says whether it is up to date. */
import { fileURLToPath } from 'node:url'
import { errorKinds } from '../src/base/index.ts'
import { run, writePage } from './written-page.ts'

/** The page, as the table in src/base/errors.ts has it. */
export function errorsPage(): string {
  const rows = Object.entries(errorKinds).map(([code, kind]) => `| ${code} | ${kind.exit} | ${cell(kind.hint)} |`)
  return `# Failures

Each failure that \`isconf\` can report has a code, an exit status and a hint. The message names the thing it is about; the hint says what to do. This page is written by \`npm run fix\` from the table in \`src/base/errors.ts\`.

| code | exit status | hint |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** A vertical bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(() => writePage('docs/errors.md', errorsPage()))
