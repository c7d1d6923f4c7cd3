/** Two contents of a file line by line, in the form of diff -u. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** A side of a comparison: its bytes, null where there is no file, and what to call it. */
export interface DiffSide {
  readonly bytes: Buffer | null
  readonly label: string
}

/** More than this many lines that differ are searched for too long. */
const editsMax = 20_000

/** The text of the comparison; undefined for what is not text, or differs in too much. */
export function unified(path: string, from: DiffSide, to: DiffSide): string | undefined {
  const [was, is] = [textOf(from.bytes), textOf(to.bytes)]
  if (was === undefined || is === undefined) return undefined
  const name = ({ bytes }: DiffSide): string => (bytes === null ? '/dev/null' : path)
  return createTwoFilesPatch(name(from), name(to), was, is, from.label, to.label, {
    context: 3,
    maxEditLength: editsMax,
    headerOptions: FILE_HEADERS_ONLY,
  })
}

function textOf(bytes: Buffer | null): string | undefined {
  if (bytes === null) return ''
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
