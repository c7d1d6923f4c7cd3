/** Which operations are about a path of the machine. */
import type { Operation } from './operation.ts'

/** Whether an operation says what is at a path. What is removed is removed with all that is below it. */
export function isAbout(operation: Operation, path: string): boolean {
  if (operation.type !== 'snap') return false
  return operation.path === path || (operation.kind === 'removal' && isWithin(operation.path, path))
}

/** Whether an operation says what is at a path, or at one below it. */
export function isAboutTree(operation: Operation, path: string): boolean {
  return isAbout(operation, path) || (operation.type === 'snap' && isWithin(path, operation.path))
}

/** Whether a path is another one or below it. */
export function isWithin(top: string, path: string): boolean {
  return path === top || top === '/' || path.startsWith(`${top}/`)
}
