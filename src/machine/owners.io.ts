/** User and group names of this host, from /etc/passwd and /etc/group. */
import { readFile } from 'node:fs/promises'
import type { FileOwner } from './machine.ts'

/** Gives numbers the names that this host has for them now; empty where it has none. */
export async function ownerNames(): Promise<(uid: number, gid: number) => FileOwner> {
  const [users, groups] = await Promise.all([numberByName('/etc/passwd'), numberByName('/etc/group')])
  return (uid, gid) => ({ uid, gid, user: nameOf(users, uid), group: nameOf(groups, gid) })
}

/** The numbers that an owner has here: by name where `rule` says so and the name exists. */
export async function numbersOf(owner: FileOwner, rule: 'name' | 'numeric'): Promise<{ uid: number; gid: number }> {
  if (rule === 'numeric') return { uid: owner.uid, gid: owner.gid }
  const [users, groups] = await Promise.all([numberByName('/etc/passwd'), numberByName('/etc/group')])
  return { uid: users.get(owner.user) ?? owner.uid, gid: groups.get(owner.group) ?? owner.gid }
}

function nameOf(numbers: ReadonlyMap<string, number>, wanted: number): string {
  for (const [name, number] of numbers) if (number === wanted) return name
  return ''
}

/** Both files have the form `name:password:number:…`. */
async function numberByName(path: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const rows = text.split('\n').map((line) => line.split(':'))
  return new Map(rows.flatMap(([name, , number]) => (name && number ? [[name, Number(number)] as const] : [])))
}
