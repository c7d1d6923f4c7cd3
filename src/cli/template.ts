/** Fills templates in: https://liquidjs.com has the language. */
import { Liquid, type LiquidError } from 'liquidjs'
import { IsconfError } from '../base/index.ts'

/** Longer than any file of settings takes; a loop in a template must not run for ever. */
const renderMsMax = 10_000
/** Objects that a template may make, as the library counts them. */
const renderObjectsMax = 10_000_000

/** The text of a template with these variables. VARIABLE_UNSET and TEMPLATE name the template and the line. */
export function renderTemplate(text: string, path: string, variables: Readonly<Record<string, string>>): string {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // A template is one file: what others it could take in would not be where it arrives.
    templates: {},
    renderLimit: renderMsMax,
    memoryLimit: renderObjectsMax,
  })
  try {
    return engine.renderSync(engine.parse(text, path), { ...variables }) as string
  } catch (error) {
    throw asTemplateError(error, path)
  }
}

function asTemplateError(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error)) return thrown
  const { name, token, originalError } = thrown as LiquidError
  const [line] = (token as { getPosition?: () => readonly number[] } | undefined)?.getPosition?.() ?? []
  const at = line === undefined ? path : `${path}:${line}`
  // The library puts its own words for the place behind the message.
  const message = (originalError ?? thrown).message.replace(/, (file|line):.*$/s, '')
  if (name !== 'UndefinedVariableError') return new IsconfError('TEMPLATE', `${at}: ${message}`, { cause: thrown })
  const variable = message.replace(/^undefined variable: /, '')
  return new IsconfError('VARIABLE_UNSET', `${at}: ${variable} is not set`, { cause: thrown })
}
