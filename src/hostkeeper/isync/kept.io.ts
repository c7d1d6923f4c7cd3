/** Copies of what isync -o overwrites. */
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemClock } from '../../base/clock.io.ts'
import { syncPath } from '../program/index.ts'
import { statOf } from './place.io.ts'

/** Something that rewrites a file between any two boots must not fill the disk. */
const copiesMax = 20

/** Copies `path` to `KEPT/PATH.TIME`, with mode and owner; where that is. Fails as node:fs does. */
export function keepCopy(path: string, kept: string, relative: string): string {
  const file = join(kept, relative)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const copy = newName(file)
  const stat = statOf(path)
  if (stat?.isSymbolicLink()) symlinkSync(readlinkSync(path), copy)
  else if (stat) {
    copyFileSync(path, copy, constants.COPYFILE_EXCL)
    chownSync(copy, stat.uid, stat.gid)
    chmodSync(copy, stat.mode & 0o7777)
    syncPath(copy)
  }
  syncPath(dirname(copy))
  removeOldest(file)
  return copy
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
function copiesOf(file: string): readonly Copy[] {
  const start = `${basename(file)}.`
  const copies = readdirSync(dirname(file)).flatMap((name): readonly Copy[] => {
    const [, time, number = '1'] = /^(\d{8}T\d{6}Z)(?:\.(\d+))?$/.exec(name.slice(start.length)) ?? []
    return name.startsWith(start) && time !== undefined ? [{ name, time, number: Number(number) }] : []
  })
  return copies.sort((a, b) => (a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1))
}

function newName(file: string): string {
  const time = timeText()
  const last = copiesOf(file).findLast((copy) => copy.time === time)
  return `${file}.${time}${last ? `.${last.number + 1}` : ''}`
}

function removeOldest(file: string): void {
  for (const { name } of copiesOf(file).slice(0, -copiesMax)) rmSync(join(dirname(file), name), { force: true })
}
