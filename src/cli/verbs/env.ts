import { IsconfError } from '../../base/index.ts'
import { hostVariables } from '../../config/index.ts'
import { type VariablesForm, variablesText } from '../variables-text.ts'
import type { Verb } from '../verb.ts'

export const envVerb: Verb = {
  name: 'env',
  usage: 'env [--sh|--json|--make] [NAME...]',
  summary: "Print this host's variables",
  help: 'Prints what commands get on this host: the variables of main.cf, and HOSTNAME, IS_HOME, IS_DOMAIN and IS_VOLROOT. As lines for the shell, so that `eval "$(isconf env)"` sets them; with --json as one object; with --make as lines for make. With names, only those; a name that is not set is an error. Needs no daemon.',
  exits: [0, 1],
  run: async ({ config, terminal }, words) => {
    const { form, names } = parseWords(words)
    const all = hostVariables(config)
    const variables =
      names.length === 0 ? all : Object.fromEntries(names.map((name) => [name, valueIn(all, name, config.host.short)]))
    terminal.out(variablesText(variables, form))
    return 0
  },
}

const formByWord: Readonly<Record<string, VariablesForm>> = { '--sh': 'sh', '--json': 'json', '--make': 'make' }

function parseWords(words: readonly string[]): { readonly form: VariablesForm; readonly names: readonly string[] } {
  const forms = words.filter((word) => word.startsWith('-'))
  const names = words.filter((word) => !word.startsWith('-'))
  const [word = '--sh', other] = forms
  if (other !== undefined)
    throw new IsconfError('USAGE', `isconf env takes one of --sh, --json and --make, not also ${JSON.stringify(other)}`)
  const form = Object.hasOwn(formByWord, word) ? formByWord[word] : undefined
  if (form === undefined) throw new IsconfError('USAGE', `isconf env takes no ${JSON.stringify(word)}`)
  return { form, names }
}

function valueIn(variables: Readonly<Record<string, string>>, name: string, host: string): string {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value === undefined) throw new IsconfError('VARIABLE_UNSET', `${JSON.stringify(name)} is not set for ${host}`)
  return value
}
