/** What a running daemon that reads its configuration again can't change any more. */
import type { Config } from './config.ts'
import { type Setting, settings } from './settings.ts'

/** A sentence for each setting that has changed since the daemon started and takes effect only after a restart. */
export function waitingForRestart(running: Config, now: Config): readonly string[] {
  const names = (Object.keys(settings) as (keyof typeof settings)[]).filter((name) => {
    const row: Setting<never> = settings[name] as unknown as Setting<never>
    return row.needsRestart === true && settingOf(running, name) !== settingOf(now, name)
  })
  return names.map((name) => `${settings[name].env} has changed and counts after a restart: isconf restart`)
}

function settingOf(config: Config, name: keyof typeof settings): unknown {
  if (name === 'domain') return config.domain?.name
  return (config as unknown as Readonly<Record<string, unknown>>)[name]
}
