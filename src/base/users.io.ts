/** Users and groups of the machine, as far as its own files tell: for looks that can't wait for a directory service. */
import { readFileSync } from 'node:fs'

/** A namespace in which not every user of the machine has a number shows all others as this one. */
const overflowUid = Number(textOf('/proc/sys/kernel/overflowuid').trim() || 65_534)
const mapsAllUsers = /^\s*0\s+0\s+4294967295\s*$/.test(textOf('/proc/self/uid_map') || '0 0 4294967295')

/** Whether a user is root, or who runs this program; in a namespace of users also root of the machine around it. */
export function isOwn(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.() || (!mapsAllUsers && uid === overflowUid)
}

/** Whether no other user is in a group, as in that of root, and in the one that a user has for themselves. */
export function isGroupOfNobodyElse(gid: number): boolean {
  const users = rowsOf('/etc/passwd')
  const row = rowsOf('/etc/group').find(([, , number]) => Number(number) === gid)
  // Without its line nobody knows who is in it, unless it is root's.
  if (row === undefined && gid !== 0) return false
  const members = (row?.[3] ?? '').split(',').filter((name) => name !== '')
  const uidOf = (name: string): number => Number(users.find(([user]) => user === name)?.[2] ?? Number.NaN)
  const primary = users.filter(([, , , group]) => Number(group) === gid).map(([, , uid]) => Number(uid))
  return [...members.map(uidOf), ...primary].every(isOwn)
}

/** The name of a user, if the machine's own files have it. */
export function nameOf(uid: number): string | undefined {
  return rowsOf('/etc/passwd').find(([, , number]) => Number(number) === uid)?.[0]
}

/** `root`, `ann`, or `user 1001`. */
export function userName(uid: number): string {
  return uid === 0 ? 'root' : (nameOf(uid) ?? `user ${uid}`)
}

function rowsOf(path: string): readonly (readonly string[])[] {
  return textOf(path)
    .split('\n')
    .map((line) => line.split(':'))
}

/** Empty when there is none, as in a container of one program. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
