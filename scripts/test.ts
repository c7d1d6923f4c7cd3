/**
 * Runs the tests: `npm test`, or `npm test -- WORD...` for the files whose path holds one of the words. Those in
 * test/installed/ make whole systems, and run only when they are named.
 *
 * The files are listed here: `node --test` without names would also take what lies in dist/ or was copied
 * elsewhere, and counts an empty run as a success.
 */
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

// Tests of whole daemons wait most of the time, and those of test/ come first: they take long, and what is short then
// fills the gaps.
const filesAtOnce = 3 * availableParallelism()
const longestShown = Number(process.env['ISCONF_LONGEST'] ?? 10)
/**
 * What tests may know of their caller: where programs and files are, how to reach a registry, and what is asked of the
 * tests themselves.
 */
const keptVariables =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|UPDATE|GOLDEN|SOURCE_DATE_EPOCH|(ISCONF|npm|NODE|SSL|LD)_.*|.*_proxy)$/i

const files = chosenFiles(process.argv.slice(2))
if (files.length === 0) {
  console.error(`no test file matches: ${process.argv.slice(2).join(' ')}`)
  process.exit(1)
}

// The slowest honest test takes well under a minute, or two where systems are made, and some times that on a machine
// with much else to do; one that hangs must not hang the run.
const testLimitMs = files.some((file) => file.startsWith('test/installed/')) ? 900_000 : 300_000

setTestEnvironment()
const countByReason = new Map<string, number>()
const secondsByTest = new Map<string, number>()
const events = run({
  files: [...files],
  concurrency: filesAtOnce,
  timeout: testLimitMs,
  execArgv: ['-r', './scripts/keep-compiled.cjs'],
})
events.on('test:pass', ({ skip, nesting, name, details }) => {
  countSkipped(skip)
  if (nesting === 0) secondsByTest.set(name, details.duration_ms / 1000)
})
events.on('test:fail', () => {
  process.exitCode = 1
})
events.compose(new spec()).pipe(process.stdout)
// A silent gap looks like a test.
process.on('exit', () => console.log(`${longestTests()}\n${skipSummary()}`))

function chosenFiles(words: readonly string[]): readonly string[] {
  const all = ['test', 'src'].flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => `${directory}/${name}`),
  )
  const tests = all.filter((path) => path.endsWith('.test.ts'))
  if (words.length === 0) return tests.filter((path) => !path.startsWith('test/installed/'))
  return tests.filter((path) => words.some((word) => path.includes(word)))
}

/**
 * An environment that is the same whoever starts the tests, and where: with whose colours, settings of make or of git,
 * umask or login. Its locale is one whose i has no dot, and its time zone not a whole number of hours away: code that
 * formats for people where it must not, fails here.
 */
function setTestEnvironment(): void {
  for (const name of Object.keys(process.env)) if (!keptVariables.test(name)) delete process.env[name]
  Object.assign(process.env, { LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham', TERM: 'dumb' })
  process.umask(0o022)
}

function countSkipped(skip: string | boolean | undefined): void {
  if (skip === undefined || skip === false) return
  // Behind the colon stands what differs from test to test.
  const [reason = ''] = String(skip).split(':')
  countByReason.set(reason, (countByReason.get(reason) ?? 0) + 1)
}

function longestTests(): string {
  const longest = [...secondsByTest].sort(([, a], [, b]) => b - a).slice(0, longestShown)
  return `the longest tests, in seconds:${longest.map(([test, seconds]) => `\n  ${seconds.toFixed(1)} ${test}`).join('')}`
}

function skipSummary(): string {
  const rows = [...countByReason].sort(([, a], [, b]) => b - a).map(([reason, count]) => `\n  ${count} × ${reason}`)
  return rows.length === 0 ? 'no test was skipped' : `skipped tests, by what they want:${rows.join('')}`
}
