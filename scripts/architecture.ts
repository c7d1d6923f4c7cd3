/**
 * Writes the picture of the parts between the markers of ARCHITECTURE.md; with `--check`, only
 * says whether it is up to date. The picture is plain text, so that it reads the same in a terminal.
 */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostkeeperMayImport, levelsOf, mayImport, type Part, purpose, rooms } from './layers.ts'
import { readPage, run, withPart, writePage } from './written-page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = 'ARCHITECTURE.md'

function picture(): string {
  const above = fromAbove(mayImport) as Part[]
  const imports = above.map((part) => `${part.padEnd(13)}${importsOf(part)}`)
  const purposes = above.flatMap((part) => [`${part.padEnd(13)}${purpose[part]}`, ...roomsOf(part)])
  return [
    'Each part may import only parts that stand below it:',
    block(levelsPicture(mayImport)),
    'and of those, only:',
    block(imports.join('\n')),
    'What each part is for, and the rooms inside the large ones:',
    block(purposes.join('\n')),
    'The rooms of hostkeeper, which have rules of their own:',
    block(levelsPicture(hostkeeperMayImport)),
    'and of those, only:',
    block(
      fromAbove(hostkeeperMayImport)
        .map((room) => `${room.padEnd(13)}${hostkeeperImportsOf(room)}`)
        .join('\n'),
    ),
  ].join('\n\n')
}

type Table = Readonly<Record<string, readonly string[]>>

/** A line for each level, the highest first. */
function levelsPicture(table: Table): string {
  const levels = levelsOf(table)
  const lines: string[] = []
  for (let level = Math.max(...levels.values()); level >= 0; level -= 1) {
    const names = Object.keys(table).filter((name) => levels.get(name) === level)
    lines.push(centred(names.join('     ')))
  }
  return lines.join('\n\n')
}

/** The names of a table, the highest first. */
function fromAbove(table: Table): readonly string[] {
  const levels = levelsOf(table)
  return Object.keys(table).sort((a, b) => (levels.get(b) ?? 0) - (levels.get(a) ?? 0) || (a < b ? -1 : 1))
}

const hostkeeperImportsOf = (room: string): string => (hostkeeperMayImport as Table)[room]?.join(', ') || 'nothing'

function importsOf(part: Part): string {
  if (part === 'main')
    return 'base, cli, hostkeeper, network, rehearsal, terminal; and daemon, loaded only when it runs as one'
  if (part === 'daemon') return 'all except cli, hostkeeper and terminal'
  return mayImport[part].join(', ') || 'nothing'
}

function roomsOf(part: Part): readonly string[] {
  return Object.entries(rooms)
    .filter(([folder]) => folder.startsWith(`${part}/`))
    .map(([folder, what]) => `  ${folder.slice(part.length).padEnd(18)}${what}`)
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``
}

function centred(text: string): string {
  const width = 64
  return ' '.repeat(Math.max(0, Math.floor((width - text.length) / 2))) + text
}

/** Folders of src/ that the tables don't know would escape every rule, and every reader; and rows without a folder. */
function strayFolders(): readonly string[] {
  const folders = readdirSync(`${root}/src`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(`${root}/src`, join(entry.parentPath, entry.name)))
  const known = [...Object.keys(mayImport).filter((part) => part !== 'main'), ...Object.keys(rooms)]
  return [...folders.filter((name) => !known.includes(name)), ...known.filter((name) => !folders.includes(name))]
}

run(() => {
  const stray = strayFolders()
  if (stray.length > 0) throw new Error(`src/ and the tables of scripts/layers.ts differ: ${stray.join(', ')}`)
  writePage(page, withPart(page, readPage(page), 'layers', picture()))
})
