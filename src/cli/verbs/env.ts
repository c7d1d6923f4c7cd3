import { IsconfError } from '../../base/index.ts'
import { commandHost, commandVariables } from '../../config/index.ts'
import { flag, optionalWords } from '../../terminal/index.ts'
import { variablesText } from '../variables-text.ts'
import { verb } from '../verb.ts'

export const envVerb = verb({
  name: 'env',
  summary: "Print this host's variables",
  help:
    'Prints the variables that commands get on this host, exactly as they get them (see ENVIRONMENT), including ' +
    'those of main.cf, as lines for the shell, so that `eval "$(isconf env)"` sets them. With names, prints only ' +
    'those; a name that is not set is an error. Needs no daemon. Run it as the user who runs the daemon: HOME, ' +
    "LOGNAME and USER are that user's.",
  exits: [0, 1],
  options: {
    sh: flag('--sh', 'as lines for the shell; the default'),
    json: flag('--json', 'as one JSON object'),
    make: flag('--make', 'as lines for make'),
  },
  exclusive: ['sh', 'json', 'make'],
  arguments: { names: optionalWords('NAME', 'which variables') },
  run: async ({ config, terminal }, { json, make, names }) => {
    const all = commandVariables(config, commandHost())
    const variables =
      names.length === 0 ? all : Object.fromEntries(names.map((name) => [name, valueIn(all, name, config.host.short)]))
    // As bytes: it is for programs.
    terminal.out(Buffer.from(variablesText(variables, json ? 'json' : make ? 'make' : 'sh')))
    return 0
  },
})

function valueIn(variables: Readonly<Record<string, string>>, name: string, host: string): string {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value === undefined) throw new IsconfError('VARIABLE_UNSET', `${JSON.stringify(name)} is not set for ${host}`)
  return value
}
