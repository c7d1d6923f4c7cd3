/** Copies of what isync -o overwrites. */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { statOf } from './isync-place.io.ts'

/** Something that rewrites a file between any two boots must not fill the disk. */
const copiesMax = 20

/** Copies `path` to `KEPT/PATH.TIME`, with mode and owner. Fails as node:fs does. */
export function keepCopy(path: string, kept: string, relative: string): void {
  const file = join(kept, relative)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const copy = freeName(`${file}.${timeText()}`)
  const stat = statOf(path)
  if (stat?.isSymbolicLink()) symlinkSync(readlinkSync(path), copy)
  else if (stat) {
    copyFileSync(path, copy, constants.COPYFILE_EXCL)
    chownSync(copy, stat.uid, stat.gid)
    chmodSync(copy, stat.mode & 0o7777)
    sync(copy)
  }
  sync(dirname(copy))
  removeOldest(file)
}

/** `20261122T093000Z`: sorts as time does, and needs no quoting. */
function timeText(): string {
  return new Date(systemClock.wallMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

/** Two copies may be made within a second. */
function freeName(name: string): string {
  let free = name
  for (let number = 2; statOf(free) !== undefined; number += 1) free = `${name}.${number}`
  return free
}

function removeOldest(file: string): void {
  const directory = dirname(file)
  const isCopy = (name: string): boolean =>
    name.startsWith(`${basename(file)}.`) && /^\d{8}T\d{6}Z(\.\d+)?$/.test(name.slice(basename(file).length + 1))
  const copies = readdirSync(directory).filter(isCopy).sort()
  for (const name of copies.slice(0, -copiesMax)) rmSync(join(directory, name), { force: true })
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
