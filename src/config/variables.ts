/** What commands and templates see of the configuration, and what a person is shown of it. */
import type { Config } from './config.ts'
import { settings } from './settings.ts'

/** main.cf's variables, and where ISconf itself is. */
export function hostVariables(config: Config): Record<string, string> {
  return {
    ...config.variables,
    HOSTNAME: config.host.short,
    IS_HOME: config.home,
    IS_DOMAIN: config.domain?.name ?? '',
    // Empty where the root is /, so that "$IS_VOLROOT/etc" is right everywhere.
    IS_VOLROOT: config.volroot === '/' ? '' : config.volroot,
  }
}

/** One variable with the place it comes from. */
export interface Placed {
  readonly name: string
  /** Undefined when it is not set and has no default. */
  readonly value: string | undefined
  /** File and line, `environment` or `default`. */
  readonly place: string
}

/** Every setting as it is in force, then main.cf's other variables. The file of keys is named and not looked into. */
export function placedVariables(config: Config): readonly Placed[] {
  const text = (value: string | number | boolean | { readonly text: string } | undefined): string | undefined =>
    value === undefined ? undefined : typeof value === 'object' ? value.text : String(value)
  const valueByName = new Map<string, string | undefined>([
    [settings.hostname.env, config.host.fqdn],
    [settings.domain.env, config.domain?.name],
    ...settingKeys.map((key) => [settings[key].env, text(config[key])] as const),
    ...Object.entries(config.variables).filter(([name]) => !settingNames.has(name)),
  ])
  return [...valueByName].map(([name, value]) => ({ name, value, place: config.places[name] ?? 'default' }))
}

/** The settings whose value is in {@link Config} under the same name. */
const settingKeys = (Object.keys(settings) as (keyof typeof settings)[]).filter(
  (key): key is Exclude<keyof typeof settings, 'domain' | 'hostname'> => key !== 'domain' && key !== 'hostname',
)

const settingNames: ReadonlySet<string> = new Set(Object.values(settings).map(({ env }) => env))
