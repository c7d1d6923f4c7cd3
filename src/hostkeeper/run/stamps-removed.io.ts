/** Taking stamps away, so that their steps are done again. */
import { IsconfError, nearest } from '../../base/index.ts'
import { dependents, type MakeDatabase, managedHost } from '../make/index.ts'
import { type ProgramContext, takeLock } from '../program/index.ts'
import { loneName, parseLone } from './stamp-notes.ts'
import { noteLone } from './stamp-run.io.ts'
import { noteIn, removeStamps, stampsIn } from './stamps.io.ts'

/** Removes all of `names` or none; the stamps whose steps will be done again on their account. NO_SUCH_FILE, BUSY. */
export async function takeAway(
  context: ProgramContext,
  names: readonly string[],
  alone: boolean,
): Promise<readonly string[]> {
  const { stamps, lock } = context.layout
  const present = stampsIn(stamps).map(({ name }) => name)
  for (const name of names) refuseUnknown(name, present)
  const release = await takeLock(lock, 'hostkeeper stamps remove')
  try {
    const others = present.filter((name) => !names.includes(name))
    const again = alone ? [] : followers(context, names, others)
    const noted = parseLone(noteIn(stamps, loneName)).filter((name) => !names.includes(name))
    // First the note: a stamp that goes without it would take the others along.
    await noteLone(stamps, alone ? [...noted, ...names] : noted)
    await removeStamps(stamps, names)
    return again
  } finally {
    await release()
  }
}

/** A name that is in the list is no path to anywhere else. */
function refuseUnknown(name: string, present: readonly string[]): void {
  if (present.includes(name)) return
  const near = nearest(name, present)
  const hint = near === undefined ? '`hostkeeper stamps` lists them' : `did you mean ${near}?`
  throw new IsconfError('NO_SUCH_FILE', `no such stamp: ${JSON.stringify(name)}`, { hint })
}

function followers(context: ProgramContext, names: readonly string[], others: readonly string[]): readonly string[] {
  const database = databaseOf(context)
  if (database === undefined) return []
  const found = new Set(names.flatMap((name) => dependents(database, name, others)))
  return others.filter((name) => found.has(name))
}

/** A stamp can be taken away also when the tree is not in order. */
function databaseOf(context: ProgramContext): MakeDatabase | undefined {
  const { stamps } = context.layout
  try {
    return managedHost(context, stamps).database
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    context.say(`what hangs on it cannot be told: ${error.message}`)
    return undefined
  }
}
