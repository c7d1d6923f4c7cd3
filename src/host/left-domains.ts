/**
 * The domains that this host has left: what it had of each is kept below
 * `left/`, and what it did there no host of its domain gets. Only a new disk
 * undoes that, with which the notes go.
 */
import * as z from 'zod'
import { type Disk, IsconfError, type Opening, plainOpening } from '../base/index.ts'

const schema = z.object({
  domain: z.string(),
  /** `user@host` of who said so, and when, for people. */
  by: z.string(),
  time: z.string(),
  /** How many operations were done on this host in that domain, checked in or not. */
  operations: z.int().nonnegative(),
  /** The first of them, in words; those that were not checked in come last. */
  texts: z.array(z.string()),
  /** Whether everything was moved aside; otherwise the next `isconf leave` goes on with it. */
  finished: z.boolean(),
})

export type LeftDomain = Readonly<z.infer<typeof schema>> & {
  /** Where its journals, files and history are kept, below IS_HOME. */
  readonly directory: string
}

/** The name of the note in the directory of a domain that was left. */
const noteName = 'left.json'

/** Every domain that was left, in the order of the directories' names. STATE_DAMAGED, unless `opening` sees to it. */
export async function leftDomains(
  disk: Disk,
  home: string,
  opening: Opening = plainOpening,
): Promise<readonly LeftDomain[]> {
  const found: LeftDomain[] = []
  for (const name of await disk.list(`${home}/left`)) {
    const directory = `left/${name}`
    const path = `${home}/${directory}/${noteName}`
    const note = await opening(path, async () => {
      const bytes = await disk.readFile(path)
      return bytes && parse(bytes, path)
    })
    if (note) found.push({ ...note, directory })
  }
  return found
}

/** Writes the note of a domain that is being left, or has been. */
export async function noteLeft(disk: Disk, home: string, { directory, ...note }: LeftDomain): Promise<void> {
  await disk.makeDirectory(`${home}/${directory}`)
  await disk.replaceFile(`${home}/${directory}/${noteName}`, `${JSON.stringify(note)}\n`)
}

/** The note in a sentence. */
export function leftText({ domain, time, operations, directory }: LeftDomain): string {
  const what = operations === 1 ? '1 operation' : `${operations} operations`
  return `${domain} at ${time}, after ${what} that no host of this domain gets; kept in ${directory}`
}

function parse(bytes: Uint8Array, path: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not say which domain this host has left`)
  }
}
