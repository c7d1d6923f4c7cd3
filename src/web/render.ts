/** Fills the templates of the page in. */
import { Liquid } from 'liquidjs'
import { printable } from '../base/index.ts'

export type Render = (template: string, view: object) => string

/**
 * Everything on a page comes from somewhere: another host's name, a message, a file. It is all escaped here, so that no
 * template has to do it; marks that change the direction of text are made visible.
 */
export function renderer(templates: Readonly<Record<string, string>>): Render {
  const engine = new Liquid({
    templates: { ...templates },
    outputEscape: (value: unknown) => escapeHtml(printable(String(value ?? ''))),
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
  })
  const parsed = new Map(Object.keys(templates).map((name) => [name, engine.parseFileSync(name)]))
  return (template, view) => engine.renderSync(parsed.get(template) ?? [], view) as string
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one)
}
