// @ts-check
/**
 * Copies the files of a directory into another one, each on disk and in its place before the next: written beside its
 * place, synced, renamed, and the directory synced.
 * Usage: node copy-and-sync.js FROM TO
 */
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const [from = '', to = ''] = process.argv.slice(2)
for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const source = join(entry.parentPath, entry.name)
  const place = to + source.slice(from.length)
  await mkdir(dirname(place), { recursive: true })
  const file = await open(`${place}.new`, 'w')
  await file.write(await readFile(source))
  await file.sync()
  await file.close()
  await rename(`${place}.new`, place)
  const directory = await open(dirname(place), 'r')
  await directory.sync()
  await directory.close()
}
