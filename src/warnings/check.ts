/** Checks whether an operation replays, with the rows of the table. */
import type { ExecOperation, FileOperation, Operation } from '../journal/index.ts'
import { type Invocation, invocationsOf } from './invocations.ts'
import { commandRows, fileRows } from './table.ts'
import type { Around, CommandRow, Row, Warning } from './warning.ts'

/**
 * For a command: what is checked before it runs, and what is checked when it is recorded. For other operations only the
 * latter.
 */
export type Moment = 'before' | 'after'

/** The warnings about an operation, one for each row; none if all is well. */
export async function warningsOf(operation: Operation, around: Around, moment: Moment): Promise<readonly Warning[]> {
  if (operation.type === 'exec') return ofCommand(operation, around, moment)
  if (operation.type === 'snap' && operation.kind === 'file' && moment === 'after') return ofFile(operation, around)
  return []
}

async function ofCommand(operation: ExecOperation, around: Around, moment: Moment): Promise<readonly Warning[]> {
  const invocations = invocationsOf(operation.argv, operation.env)
  const warnings: Warning[] = []
  for (const row of commandRows) {
    if ((row.looksBefore === true) !== (moment === 'before')) continue
    const found = await firstFound(row, invocations, around, operation)
    if (found !== undefined) warnings.push(warningOf(row, found))
  }
  return warnings
}

/** What a row finds in the first command that it is about. */
async function firstFound(
  row: CommandRow,
  invocations: readonly Invocation[],
  around: Around,
  operation: ExecOperation,
): Promise<string | undefined> {
  for (const invocation of invocations) {
    if (row.programs && !row.programs.includes(invocation.name)) continue
    const found = await row.finds(invocation, around, operation)
    if (found !== undefined && found !== false) return found === true ? '' : found
  }
  return undefined
}

async function ofFile(operation: FileOperation, around: Around): Promise<readonly Warning[]> {
  const warnings: Warning[] = []
  for (const row of fileRows) {
    const found = await row.findsFile(operation, around)
    if (found !== undefined && found !== false) warnings.push(warningOf(row, found === true ? '' : found))
  }
  return warnings
}

function warningOf({ id, says, instead }: Row, found: string): Warning {
  return { row: id, text: textOf(says, found), instead: textOf(instead, found) }
}

function textOf(text: Row['says'], found: string): string {
  return typeof text === 'string' ? text : text(found)
}
