/** What differs between two places of a journal, in words and line by line. */
import { inOneLine } from '../base/index.ts'
import type { DiffPath, PathDifference } from '../control/index.ts'
import type { DiffSide } from './unified.ts'

/** A library that no other command should wait for. */
export async function loadUnified(): Promise<Unified> {
  return (await import('./unified.ts')).unified
}

/** The path, the operations that say what it is, and everything but the content; `other` is the second place. */
export function diffHead({ path, from, to, differences, why }: DiffPath, other: 'journal' | 'machine'): string {
  const operations = [from, to].filter((one) => one !== null).join(' ')
  const texts = differences.map((one) => (other === 'journal' ? changeText(one) : differenceText(one)))
  const reason = why === null ? '' : ` (not shown: ${why})`
  return `${inOneLine(`${path}${operations === '' ? '' : ` ${operations}`}: ${texts.join(', ')}${reason}`)}\n`
}

/** Compares two contents line by line; loaded by {@link loadUnified}. */
export type Unified = (path: string, from: DiffSide, to: DiffSide) => string | undefined

/** The content line by line; undefined where it does not differ or is not given. */
export function diffText(
  { path, content }: DiffPath,
  labels: { readonly from: string; readonly to: string },
  unified: Unified,
): string | undefined {
  if (content === null) return undefined
  const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))
  const [from, to] = [bytesOf(content.from), bytesOf(content.to)]
  const text = unified(path, { bytes: from, label: labels.from }, { bytes: to, label: labels.to })
  return text ?? `${inOneLine(path)}: the content differs, and is not text or differs in too many lines\n`
}

/** From one place of a journal to another nothing is as it should not be. */
function changeText(one: PathDifference): string {
  if (one.what === 'missing') return `the ${one.recorded} is removed`
  return one.what === 'present' ? `a ${one.found} is added` : differenceText(one)
}

/** A SHA-256 that differs tells a person nothing. */
export function differenceText({ what, recorded, found }: PathDifference): string {
  switch (what) {
    case 'missing':
    case 'present':
      return what === 'missing' ? `a ${recorded} should be there` : `a ${found} is there, and was removed`
    case 'unreadable':
      return found
    case 'content':
      return recorded.endsWith(' bytes') ? `content: ${found} instead of ${recorded}` : 'content'
    default:
      return `${what} ${found} instead of ${recorded}`
  }
}
