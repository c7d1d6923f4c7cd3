/** What the page of isconf is made of: it stands beside the program, as it does in the sources. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of each, by its name; `root` is the directory of the project. */
export function pageFiles(root: string): readonly (readonly [name: string, text: string])[] {
  const directory = join(root, 'src/web')
  const names = readdirSync(directory).filter((name) => /\.(liquid|css|svg|js)$/.test(name))
  return names.map((name) => [name, readFileSync(join(directory, name), 'utf8')])
}
