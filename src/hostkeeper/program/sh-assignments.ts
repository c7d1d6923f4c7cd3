/** Files of settings that a shell can read, too. */
import { IsconfError } from '../../base/index.ts'
import { refusal, shLines } from '../words/index.ts'
import type { PlacedText } from './settings.ts'

/** `NAME=value` lines; the last of a name counts. CONFIG. */
export function assignmentsOf(text: string, path: string): ReadonlyMap<string, PlacedText> {
  const assigned = new Map<string, PlacedText>()
  for (const { text: word, place, isPassed } of [...shLines(text, path)].flat()) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []
    if (name === undefined || value === undefined)
      throw new IsconfError('CONFIG', `${place}: ${JSON.stringify(word)} is not NAME=value`)
    if (isPassed) throw new IsconfError('CONFIG', `${place}: ${refusal('$')}`)
    assigned.set(name, { text: value, place })
  }
  return assigned
}
