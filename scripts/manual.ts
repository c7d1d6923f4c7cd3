/**
 * Writes the manual pages in man/ and the completions in completion/ from their prose, the tables of the code and the
 * pages that are run as examples; with `--check`, only says whether they are up to date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { completions } from './completion.ts'
import {
  commandList,
  exitList,
  failureList,
  flagList,
  needRestart,
  settingList,
  synopsis,
  trustedList,
  verbList,
} from './manual-tables.ts'
import { manualPage, mdocOf, type Title, withoutNeedlessBreaks } from './mdoc.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const date = 'November 22, 2026'
const titles: readonly Title[] = [
  { name: 'isconf', section: 8, purpose: 'infrastructure build and configuration manager', date },
  { name: 'main.cf', section: 5, purpose: 'the variables and settings of a host under ISconf', date },
  { name: 'hostkeeper', section: 8, purpose: 'make a host right at boot', date },
  { name: 'hosts.conf', section: 5, purpose: 'what each host under Hostkeeper is to have', date },
  { name: 'packages.conf', section: 5, purpose: 'what the packages and features of Hostkeeper consist of', date },
  { name: 'isync', section: 8, purpose: 'install files of the configuration tree', date },
  { name: 'exech', section: 8, purpose: 'fetch a script and run it', date },
  { name: 'platform', section: 1, purpose: 'say in one word what a host is', date },
  { name: 'isconf-protocol', section: 7, purpose: 'what ISconf writes to disk, network and control socket', date },
]

/** The examples of isconf(8), in their order; each is a page of test/cli, and those that are not there are left out. */
const examplePages = ['quick-start', 'apache', 'motd', 'kernel']

/** What stands in the prose as `@NAME WORDS@` on a line of its own: mdoc. */
const directives: Readonly<Record<string, (...words: readonly string[]) => string>> = {
  synopsis,
  flags: flagList,
  verbs: verbList,
  settings: settingList,
  commands: commandList,
  exits: exitList,
  failures: failureList,
  trusted: trustedList,
  example: (page = '') => mdocOf(withoutTitle(read(`test/cli/${page}.md`))),
  examples: () =>
    examplePages
      .filter((page) => existsSync(join(root, `test/cli/${page}.md`)))
      .map((page) => mdocOf(asSubsection(read(`test/cli/${page}.md`))))
      .join(''),
  author: (...names) => `.An ${names.join(' ')}`,
  page: (path = '') => mdocOf(asSections(read(path))),
  listing: (path = '') => mdocOf(read(path).replaceAll(/^/gm, '    ')),
  include: (path = '') => mdocOf(read(path)),
}

/** Every generated file, by its path. */
export function manualFiles(): ReadonlyMap<string, string> {
  const pages = titles.map((title) => {
    const name = `man/${title.name}.${title.section}`
    return [name, withoutNeedlessBreaks(manualPage(title) + filled(read(`${name}.md`)))] as const
  })
  return new Map([...pages, ...completions()])
}

/** The prose as mdoc, with the directives done. */
function filled(prose: string): string {
  const parts = prose.replaceAll('@restart@', needRestart()).split(/^@([a-z]+)(?: ([^@\n]*))?@$/m)
  const out: string[] = []
  for (let at = 0; at < parts.length; at += 3) {
    out.push(mdocOf(parts[at] ?? '').trim())
    const name = parts[at + 1]
    if (name === undefined) continue
    const directive = directives[name]
    if (!directive) throw new Error(`no such directive in a manual page: @${name}@`)
    out.push(directive(...(parts[at + 2] ?? '').split(' ').filter((word) => word !== '')).trim())
  }
  return `${out.filter((text) => text !== '').join('\n')}\n`
}

function withoutTitle(page: string): string {
  return page.replace(/^# .*\n/, '')
}

function asSubsection(page: string): string {
  return page.replace(/^# /, '### ')
}

/** A document with a title and sections becomes a section with subsections. */
function asSections(page: string): string {
  return page.replaceAll(/^## /gm, '### ').replace(/^# (.*)$/m, (_, title: string) => `## ${title.toUpperCase()}`)
}

function main(): void {
  const isCheck = process.argv.includes('--check')
  for (const [path, wanted] of manualFiles()) {
    const file = join(root, path)
    if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue
    if (isCheck) {
      console.error(`${path} is out of date: npm run fix`)
      process.exitCode = 1
      continue
    }
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wanted)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
