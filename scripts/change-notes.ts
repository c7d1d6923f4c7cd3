/** What users will notice of the next release: the notes of changes/unreleased as one list, printed by `npm run changes`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** In the order in which somebody who upgrades needs them: what may have to be done comes first. */
const kinds = ['Change', 'Add', 'Fix'] as const

export interface ChangeNote {
  readonly kind: (typeof kinds)[number]
  /** Without the kind. */
  readonly subject: string
  readonly body: string
}

/** By kind, then by subject. Fails for a note that does not begin with its kind and what users will notice. */
export function changeNotes(
  directory = fileURLToPath(new URL('../changes/unreleased', import.meta.url)),
): readonly ChangeNote[] {
  const notes = readdirSync(directory).map((name) => noteOf(readFileSync(join(directory, name), 'utf8'), name))
  return notes.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.subject < b.subject ? -1 : 1))
}

function noteOf(text: string, name: string): ChangeNote {
  const {
    kind,
    subject = '',
    body = '',
  } = /^(?<kind>Add|Change|Fix): (?<subject>[A-Z][^\n]*[^.\n])\n\n(?<body>.+)$/s.exec(text.trimEnd())?.groups ?? {}
  const known = kinds.find((one) => one === kind)
  if (!known || subject.includes('\n'))
    throw new Error(`${name} does not begin with its kind and what users will notice`)
  return { kind: known, subject, body }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { kind, subject, body } of changeNotes()) process.stdout.write(`## ${kind}: ${subject}\n\n${body}\n\n`)
