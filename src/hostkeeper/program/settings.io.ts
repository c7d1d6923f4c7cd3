/** The settings of this host: the environment first, then the file. */
import { refuseChangeable } from '../../base/changeable.io.ts'
import { IsconfError } from '../../base/index.ts'
import { readTextFile } from '../../config/index.ts'
import { defaultSettingsPath, type Settings, settingsFrom } from './settings.ts'
import { assignmentsOf } from './sh-assignments.ts'

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
