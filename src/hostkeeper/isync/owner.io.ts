/** The numbers of users and groups, as this host knows them. */
import { IsconfError } from '../../base/index.ts'
import { type NameDatabase, namedNumbers } from '../../base/name-service.io.ts'
import type { ManifestLine, Owner } from './manifest.ts'

/** The owner that a line names, or else root; for a caller who is not root, the caller. CONFIG for an unknown name. */
export type OwnerOf = (line: ManifestLine | undefined) => { readonly uid: number; readonly gid: number }

/** Asks for the names of all these owners at once. */
export async function ownerNumbers(owners: readonly Owner[]): Promise<OwnerOf> {
  const own = { uid: process.geteuid?.() ?? 0, gid: process.geteuid?.() ? (process.getegid?.() ?? 0) : 0 }
  const [users, groups] = await Promise.all([
    lookUp('passwd', new Set(owners.map(({ user }) => user))),
    lookUp('group', new Set(owners.map(({ group }) => group))),
  ])
  const numberOf = (numbers: ReadonlyMap<string, number>, what: string, name: string, place: string): number => {
    const number = isNumber(name) ? Number(name) : numbers.get(name)
    if (number !== undefined) return number
    throw new IsconfError('CONFIG', `${place}: this host has no ${what} ${JSON.stringify(name)}`)
  }
  return (line) => {
    if (line?.owner === undefined) return own
    const { owner, place } = line
    return { uid: numberOf(users, 'user', owner.user, place), gid: numberOf(groups, 'group', owner.group, place) }
  }
}

const isNumber = (name: string): boolean => /^\d{1,10}$/.test(name)

async function lookUp(database: NameDatabase, names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const asked = [...names].filter((name) => !isNumber(name))
  const found = await namedNumbers(database, asked)
  return new Map(found.filter(({ name }) => names.has(name)).map(({ name, number }) => [name, number]))
}
