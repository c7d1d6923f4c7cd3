/** What a daemon says of itself, asked at its socket: who waits for something asks often, and a process each is dear. */
import { join } from 'node:path'
import { type BranchRow, connect, type Status, socketName } from '../../src/control/index.ts'

/** `home` is IS_HOME, as this process reaches it. */
export async function statusOf(home: string): Promise<Status> {
  return (await connect(join(home, socketName)).get('/v1/status')) as Status
}

/** One of the branches that a daemon knows; undefined when it has not heard of it. */
export async function branchOf(home: string, name: string): Promise<BranchRow | undefined> {
  const rows = (await connect(join(home, socketName)).get('/v1/branches')) as readonly BranchRow[]
  return rows.find((row) => row.name === name)
}
