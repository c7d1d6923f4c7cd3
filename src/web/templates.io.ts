/** The templates and other texts of the page, from beside this file: in the sources and in the built program. */
import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')

export interface PageFiles {
  /** By name; `{% layout 'layout' %}` finds them. */
  readonly templates: Readonly<Record<string, string>>
  /** What a page loads: its type and its text, by path. */
  readonly assets: Readonly<Record<string, { readonly type: string; readonly text: string }>>
}

/** All at once: a program that replaces this one while it runs may have others. */
export function readPageFiles(): PageFiles {
  const names = ['layout', 'fleet', 'host', 'output', 'journal', 'changeset', 'now', 'failure', 'terms'] as const
  const styles = ['colors', 'page', 'fleet', 'journal'] as const
  return {
    templates: Object.fromEntries(names.map((name) => [name, read(`${name}.liquid`)])),
    assets: {
      '/page.css': { type: 'text/css; charset=utf-8', text: styles.map((name) => read(`${name}.css`)).join('') },
      '/page.js': { type: 'text/javascript; charset=utf-8', text: read('page.js') },
      '/icon.svg': { type: 'image/svg+xml', text: read('icon.svg') },
    },
  }
}
