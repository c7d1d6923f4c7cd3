/**
 * What a small file of this host's own holds, checked by hand: to load the library of schemas takes longer than all else
 * that a command does. What comes from others is checked by that library.
 */

/** One member of an object: whether it is what it should be. */
export type Check = (value: unknown) => boolean

export const isText: Check = (value) => typeof value === 'string'
export const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
export const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)

/** A check for every member of a type. */
export type Shape<T> = { readonly [K in keyof T]-?: Check }

/** The members that `shape` names; undefined when `value` is no object, or when one of them is not what it should be. */
export function shaped<T>(shape: Shape<T>, value: unknown): T | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = value as Readonly<Record<string, unknown>>
  const checks = Object.entries<Check>(shape)
  if (!checks.every(([name, check]) => check(members[name]))) return undefined
  return Object.fromEntries(checks.map(([name]) => [name, members[name]])) as T
}

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
