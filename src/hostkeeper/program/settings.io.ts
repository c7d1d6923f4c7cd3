/** The settings of this host: the environment first, then the file. */
import { refuseChangeable } from '../../base/changeable.io.ts'
import { IsconfError } from '../../base/index.ts'
import { readTextFile } from '../../config/index.ts'
import { refusal, shLines } from '../words/index.ts'
import { defaultSettingsPath, type PlacedText, type Settings, settingsFrom } from './settings.ts'

/** `path` is the file that -c names, which must exist. CONFIG, OPEN_TO_OTHERS. */
export function loadSettings(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const file = path ?? defaultSettingsPath
  refuseChangeable('settings', file)
  const text = readTextFile(file)
  if (text === undefined && path !== undefined) throw new IsconfError('CONFIG', `cannot read ${file}: no such file`)
  const assigned = assignmentsOf(text ?? '', file)
  return settingsFrom((name) => {
    const own = environment[name]
    if (own !== undefined && own !== '') return { text: own, place: 'environment' }
    return assigned.get(name)
  })
}

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
