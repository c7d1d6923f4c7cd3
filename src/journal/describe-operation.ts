/** Operations in words, for people. */
import { operationName, parseOperationKey, quoteWord, shellEscaped, shortened, unreachable } from '../base/index.ts'
import type { ExecOperation, Operation, SnapOperation } from './operation.ts'

/** An operation in a few words, for people: `snap /etc/motd`, `exec make install`. */
export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case 'snap':
      return describeSnap(operation)
    case 'exec':
      return ['exec', ...variablesOf(operation), ...operation.argv.map(quoteWord)].join(' ')
    case 'reboot':
      return 'reboot'
    case 'bank':
      return `bank ${operation.kind === 'file' ? 'add' : 'remove'} ${operation.name}`
    case 'void': {
      const { id, index } = parseOperationKey(operation.operation)
      return `void ${operationName(id, index)}`
    }
    case 'hold':
    case 'release':
      return `${operation.type} --branch -m ${quoteWord(operation.why)}`
    case 'unknown':
      return `${quoteWord(String(operation.written['type']))}, of a form that this release does not know`
    default:
      return unreachable(operation)
  }
}

/** What is read of an operation within a sentence; a script may have a megabyte. */
const briefLengthMax = 100

/** The same for a sentence, in which all of a long command would hide what is said about it. */
export function describeInBrief(operation: Operation): string {
  return shortened(describeOperation(operation), briefLengthMax)
}

function describeSnap(operation: SnapOperation): string {
  const path = shellEscaped(operation.path) ?? operation.path
  switch (operation.kind) {
    case 'file':
      return operation.latest ? `snap --latest ${path}` : `snap ${path}`
    case 'directory':
      return `snap ${path === '/' ? '' : path}/`
    case 'symlink':
      return `snap ${path} -> ${shellEscaped(operation.target) ?? operation.target}`
    case 'removal':
      return `snap --delete ${path}`
    default:
      return unreachable(operation)
  }
}

/** By their names, as they are typed: a value may be a secret, and the text is in logs that more people read than the journal. */
function variablesOf({ env }: ExecOperation): readonly string[] {
  return Object.keys(env).flatMap((name) => ['--env', name])
}
