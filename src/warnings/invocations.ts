/**
 * The commands that a recorded command runs, including those of a script for the shell, and those behind `env`, `nice`
 * and others.
 */
import { commandsOf, type Invocation, invocation } from './shell-script.ts'

export type { Invocation } from './shell-script.ts'

/** How many shells within shells are looked into. */
const depthMax = 5

/** What a recorded command runs. If a script is not valid, whatever can be made out. */
export function invocationsOf(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): readonly Invocation[] {
  const [program = '', ...words] = argv
  return unwrapped({ ...invocation(program, words), variables: env }, 0)
}

/** Programs that run the command behind them, and which of their options take a word. */
const wrappers: Readonly<Record<string, string>> = {
  command: '',
  eatmydata: '',
  env: 'uCS',
  exec: 'a',
  ionice: 'cnp',
  nice: 'n',
  nohup: '',
  setsid: '',
  stdbuf: 'ioe',
  sudo: 'ugCDhpRrTtU',
  time: 'fo',
  timeout: 'ks',
  xargs: 'aEdIiLnPs',
}
const shells = new Set(['sh', 'bash', 'dash', 'ksh', 'ash'])

function unwrapped(outer: Invocation, depth: number): readonly Invocation[] {
  if (depth > depthMax) return [outer]
  if (shells.has(outer.name)) {
    const at = outer.words.findIndex((word) => /^-[a-z]*c$/.test(word))
    const script = at < 0 ? undefined : outer.words[at + 1]
    return script === undefined ? [outer] : inScript(script, outer, depth + 1)
  }
  const withWord = wrappers[outer.name]
  if (withWord === undefined) return [outer]
  const { variables, rest } = behindWrapper(outer, withWord)
  const [program, ...words] = rest
  if (program === undefined) return [outer]
  const inner = { ...outer, ...invocation(program, words), source: outer.source, isGuarded: outer.isGuarded }
  return unwrapped({ ...inner, appendsTo: outer.appendsTo, variables: { ...outer.variables, ...variables } }, depth + 1)
}

function behindWrapper(
  { name, words }: Invocation,
  withWord: string,
): { readonly variables: Readonly<Record<string, string>>; readonly rest: readonly string[] } {
  const variables: Record<string, string> = {}
  let at = 0
  for (; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const [, variable, value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? []
    if (variable !== undefined && (name === 'env' || name === 'sudo')) variables[variable] = value
    else if (!word.startsWith('-')) break
    else if (word.length === 2 && withWord.includes(word.charAt(1))) at += 1
  }
  // `timeout 10 command`
  if (name === 'timeout') at += 1
  return { variables, rest: words.slice(at) }
}

/** The commands of a script that a shell is given, in their order. */
function inScript(script: string, outer: Invocation, depth: number): readonly Invocation[] {
  return commandsOf(script, outer.isGuarded).flatMap((one) =>
    unwrapped({ ...one, variables: { ...outer.variables, ...one.variables } }, depth),
  )
}
