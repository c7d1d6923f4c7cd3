/** Copies of what is overwritten or replaced, and was not made by what does that. */
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemClock } from './clock.io.ts'

/** Something that rewrites a file between any two boots must not fill the disk. */
const copiesMax = 20

/** Copies a file or a link to `KEPT/RELATIVE.TIME`, with mode and owner; where that is. Fails as node:fs does. */
export async function keepCopy(path: string, kept: string, relative: string): Promise<string> {
  const file = join(kept, relative)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const copy = await newName(file)
  if ((await lstat(path)).isSymbolicLink()) await symlink(await readlink(path), copy)
  else await copyFile(path, copy)
  await sync(dirname(copy))
  await removeOldest(file)
  return copy
}

/** A link that was put in the place of the file meanwhile is not followed, nor is a pipe waited for. */
async function copyFile(from: string, to: string): Promise<void> {
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { uid, gid, mode } = await source.stat()
    const copy = await open(to, 'wx', 0o600)
    try {
      await copy.writeFile(source.createReadStream({ start: 0, autoClose: false }))
      await copy.chown(uid, gid)
      await copy.chmod(mode & 0o7777)
      await copy.sync()
    } finally {
      await copy.close()
    }
  } finally {
    await source.close()
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `20261122T093000Z`: sorts as time does, and needs no quoting. */
function timeText(): string {
  return new Date(systemClock.wallMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

interface Copy {
  readonly name: string
  readonly time: string
  /** Of several copies within a second; the first is 1. */
  readonly number: number
}

/** The copies of a file, the oldest first. */
async function copiesOf(file: string): Promise<readonly Copy[]> {
  const start = `${basename(file)}.`
  const names = await readdir(dirname(file))
  const copies = names.flatMap((name): readonly Copy[] => {
    const [, time, number = '1'] = /^(\d{8}T\d{6}Z)(?:\.(\d+))?$/.exec(name.slice(start.length)) ?? []
    return name.startsWith(start) && time !== undefined ? [{ name, time, number: Number(number) }] : []
  })
  return copies.sort((a, b) => (a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1))
}

async function newName(file: string): Promise<string> {
  const time = timeText()
  const last = (await copiesOf(file)).findLast((copy) => copy.time === time)
  return `${file}.${time}${last ? `.${last.number + 1}` : ''}`
}

async function removeOldest(file: string): Promise<void> {
  for (const { name } of (await copiesOf(file)).slice(0, -copiesMax))
    await rm(join(dirname(file), name), { force: true })
}
