/** A host's variables as other programs read them. */
import { IsconfError } from '../base/index.ts'

export type VariablesForm = 'sh' | 'json' | 'make'

/** The variables in one of the forms. NOT_EXPRESSIBLE names the first that can't be written so. */
export function variablesText(variables: Readonly<Record<string, string>>, form: VariablesForm): string {
  const rows = Object.entries(variables)
  switch (form) {
    case 'sh':
      return rows.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`).join('')
    case 'json':
      return `${JSON.stringify(variables)}\n`
    case 'make':
      return rows.map(([name, value]) => `${name} := ${makeValue(name, value)}\n`).join('')
  }
}

/**
 * Expands to nothing in make, and keeps spaces, a carriage return or a backslash from being the last thing in the line.
 */
const nothing = '$()'

function makeValue(name: string, value: string): string {
  if (value.includes('\n')) {
    throw new IsconfError('NOT_EXPRESSIBLE', `the value of ${name} contains a line break, which a makefile line can't`)
  }
  const escaped = value
    .replaceAll('$', '$$$$')
    // make takes one of two backslashes away where they stand before a #.
    .replaceAll(/(\\*)#/g, (_, backslashes: string) => `${backslashes}${backslashes}\\#`)
  return `${/^\s/.test(escaped) ? nothing : ''}${escaped}${/[\s\\]$/.test(escaped) ? nothing : ''}`
}
