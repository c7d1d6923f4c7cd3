/** The commands of a script for the shell, parsed by unbash. */
import { posix } from 'node:path'
import { type AndOr, type Command, type PipelineNode, parse, type Statement, type Word } from 'unbash'

/** One program that is run, as written: nothing is expanded. */
export interface Invocation {
  /** The last part of the program's path. */
  readonly name: string
  readonly program: string
  readonly words: readonly string[]
  /** Variables that are set for it alone. */
  readonly variables: Readonly<Record<string, string>>
  /** The files that its output is appended to. */
  readonly appendsTo: readonly string[]
  /** It runs only if a command before it says so: behind `if`, `&&`, `||`. */
  readonly isGuarded: boolean
  /** The command before it in a pipe. */
  readonly source: Invocation | undefined
}

/** A command by itself. */
export function invocation(program: string, words: readonly string[]): Invocation {
  return {
    ...{ name: posix.basename(program), program, words },
    ...{ variables: {}, appendsTo: [], isGuarded: false, source: undefined },
  }
}

/** The commands of a script in their order. If it is not valid, those that can be made out. */
export function commandsOf(script: string, isGuarded: boolean): readonly Invocation[] {
  const walk = new Walk()
  walk.statements(parse(script).commands, isGuarded)
  return walk.found
}

/** Goes through a parsed script, and knows of each command whether it runs in any case. */
class Walk {
  readonly found: Invocation[] = []

  statements(statements: readonly Statement[], isGuarded: boolean): void {
    for (const { command } of statements) {
      if (command.type === 'AndOr') this.#andOr(command, isGuarded)
      else this.#node(command, isGuarded)
    }
  }

  #andOr({ commands, operators }: AndOr, isGuarded: boolean): void {
    // `a && b` runs b as a rule; `grep -q x f || b` and `[ -e f ] && b` ask first.
    let asked = isGuarded
    for (const [index, node] of commands.entries()) {
      this.#node(node, asked)
      asked ||= operators[index] === '||' || isQuestion(node)
    }
  }

  #node(node: PipelineNode, isGuarded: boolean, source?: Invocation): Invocation | undefined {
    switch (node.type) {
      case 'Command':
        return this.#command(node, isGuarded, source)
      case 'Pipeline': {
        let before: Invocation | undefined
        for (const one of node.commands) before = this.#node(one, isGuarded, before)
        return before
      }
      case 'Redirected':
        this.#node(node.command, isGuarded, source)
        return source
      case 'Subshell':
      case 'BraceGroup':
        this.statements(node.body.commands, isGuarded)
        return this.#firstOf(node.body.commands)
      case 'If':
        this.statements(node.clause.commands, isGuarded)
        for (const body of [node.then, ...node.elif.map((one) => one.then), ...(node.else ? [node.else] : [])])
          this.statements(body.commands, true)
        return undefined
      case 'For':
        this.statements(node.body.commands, isGuarded)
        return undefined
      case 'While':
        this.statements(node.body.commands, true)
        return undefined
      case 'Case':
        for (const { body } of node.items) this.statements(body.commands, true)
        return undefined
      default:
        return undefined
    }
  }

  /** The first command whose output a group in a pipe writes, as in `(crontab -l; echo …) | crontab -`. */
  #firstOf(statements: readonly Statement[]): Invocation | undefined {
    const first = statements[0]?.command
    return first?.type === 'Command' ? invocationOf(first) : undefined
  }

  #command(command: Command, isGuarded: boolean, source: Invocation | undefined): Invocation {
    const one = { ...invocationOf(command), isGuarded, source }
    this.found.push(one)
    return one
  }
}

function invocationOf(command: Command): Invocation {
  const variables: Record<string, string> = {}
  for (const one of command.prefix)
    if (one.type === 'Assignment' && one.value.type === 'Word') variables[one.name] = one.value.value
  const appendsTo = command.redirects.flatMap((one) =>
    one.operator === '>>' || one.operator === '&>>' ? [textOf(one.target)] : [],
  )
  const words = command.args.map((one) => (one.type === 'Word' ? one.value : one.text))
  return { ...invocation(command.name?.value ?? '', words), variables, appendsTo }
}

function textOf(word: Word | undefined): string {
  return word?.value ?? ''
}

const questions = new Set([
  'test',
  '[',
  'grep',
  'egrep',
  'fgrep',
  'command',
  'which',
  'id',
  'getent',
  'type',
  'dpkg-query',
])

function isQuestion(node: PipelineNode): boolean {
  if (node.type === 'TestCommand') return true
  if (node.type === 'Command') return questions.has(posix.basename(node.name?.value ?? ''))
  return node.type === 'Pipeline' && node.commands.some(isQuestion)
}
