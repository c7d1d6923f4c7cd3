/**
 * Writes the picture of the parts between the markers of ARCHITECTURE.md; with `--check`, only
 * says whether it is up to date. The picture is plain text, so that it reads the same in a terminal.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { levelByPart, mayImport, type Part, purpose } from './layers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = `${root}/ARCHITECTURE.md`
const begin = '<!-- layers: written by scripts/architecture.ts, do not edit -->'
const end = '<!-- end of layers -->'

function picture(): string {
  const parts = Object.keys(mayImport) as Part[]
  const levels = levelByPart()
  const rows = Math.max(...levels.values())
  const lines: string[] = []
  for (let level = rows; level >= 0; level--) {
    lines.push(centred(parts.filter((part) => levels.get(part) === level).join('     ')))
  }
  const above = [...parts].sort((a, b) => (levels.get(b) ?? 0) - (levels.get(a) ?? 0) || (a < b ? -1 : 1))
  const imports = above.map((part) => `${part.padEnd(12)}${importsOf(part)}`)
  const purposes = above.map((part) => `${part.padEnd(12)}${purpose[part]}`)
  return [
    'Each part may import only what stands below it:',
    block(lines.join('\n\n')),
    'and of that, only:',
    block(imports.join('\n')),
    'What each is for:',
    block(purposes.join('\n')),
  ].join('\n\n')
}

function importsOf(part: Part): string {
  if (part === 'main') return 'base, cli, hostkeeper, terminal, and daemon when it is to be one'
  if (part === 'daemon') return 'all but cli, hostkeeper and terminal'
  return mayImport[part].join(', ') || 'nothing'
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``
}

function centred(text: string): string {
  const width = 64
  return ' '.repeat(Math.max(0, Math.floor((width - text.length) / 2))) + text
}

/** Folders of src/ that the table doesn't know would escape every rule. */
function unknownParts(): readonly string[] {
  const folders = readdirSync(`${root}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map((entry) => entry.name).filter((name) => !(name in mayImport))
}

function main(): void {
  const unknown = unknownParts()
  if (unknown.length > 0) throw new Error(`not in the table of scripts/layers.ts: src/${unknown.join(', src/')}`)
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md: the markers are missing: ${begin} … ${end}`)
  const wanted = `${text.slice(0, from)}${begin}\n\n${picture()}\n\n${text.slice(to)}`
  if (wanted === text) return
  if (process.argv.includes('--check')) throw new Error('ARCHITECTURE.md: the picture is out of date: npm run fix')
  writeFileSync(page, wanted)
}

try {
  main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
