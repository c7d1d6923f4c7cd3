/** The files of dist/ that people start, from src/launcher.js. */
import { readFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { errorKinds } from '../src/base/index.ts'

interface Launched {
  /** What the program calls itself. */
  readonly name: string
  /** The file beside it that is the program. */
  readonly file: string
  readonly nodeMajor: number
  /** Where what Node has compiled is kept from start to start; beside the program when undefined. */
  readonly compiled: string | undefined
}

/** The text of one, without its first line. */
export function launcherText({ name, file, nodeMajor, compiled }: Launched): string {
  const { exit, hint } = errorKinds.NODE_TOO_OLD
  const values = { NODE_MAJOR: nodeMajor, PROGRAM: name, PROGRAM_FILE: `./${file}`, STATUS: exit, HINT: hint }
  const json = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)])
  const place = compiled === undefined ? '$compiled' : JSON.stringify(compiled)
  const text = readFileSync(new URL('../src/launcher.js', import.meta.url), 'utf8')
  const define = { ...Object.fromEntries(json), COMPILED: place }
  const { code } = transformSync(text, { define, minifyWhitespace: true })
  return code.replace('$compiled', '__dirname+"/compiled"')
}
