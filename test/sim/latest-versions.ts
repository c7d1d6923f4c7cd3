/** The file that stories record with `--latest`: a machine may have a later version of it than its history. */
import { sha256Hex } from '../../src/base/index.ts'
import type { Journal, Operation } from '../../src/journal/index.ts'
import type { SimHost } from './cluster-host.ts'
import type { SimMachine } from './machine.ts'

export const latestPath = '/run/conf'

/** Whether a host's machine is as expected, but for a version of that file which one of its journals has later. */
export async function isAlike(host: SimHost, expected: SimMachine): Promise<boolean> {
  const { machine } = host
  if (machine.tree === expected.tree) return true
  const [found, before] = [machine.read(latestPath), expected.read(latestPath)]
  if (found === undefined || before === undefined || found === before) return false
  const like = expected.copy()
  like.write(latestPath, found)
  return like.tree === machine.tree && (await hasVersion(host, sha256Hex(found)))
}

async function hasVersion({ daemon }: SimHost, id: string): Promise<boolean> {
  const isVersion = (one: Operation): boolean => one.type === 'snap' && one.kind === 'file' && one.blob.id === id
  for (const { journal, others } of daemon.branches.all()) {
    const lines: readonly Journal[] = [journal, ...[...others.entries()].map(([, other]) => other)]
    for (const line of lines) {
      for await (const { changeset } of line.changesetsAfter(0)) if (changeset.operations.some(isVersion)) return true
    }
  }
  return false
}
