/**
 * Runs the tests: `npm test`, or `npm test -- WORD...` for the files whose path holds one of the words.
 *
 * The files are listed here: `node --test` without names would also take what lies in dist/ or was copied
 * elsewhere, and counts an empty run as a success.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

// Tests of whole daemons wait most of the time: one file more than a small machine has cores, and not so many that
// their daemons would wait for each other.
const filesAtOnce = 3
// The slowest honest test takes well under a minute; one that hangs must not hang the run.
const testLimitMs = 300_000

const files = chosenFiles(process.argv.slice(2))
if (files.length === 0) {
  console.error(`no test file matches: ${process.argv.slice(2).join(' ')}`)
  process.exit(1)
}

const nodeOptions = [
  '--import=tsx',
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${filesAtOnce}`,
  `--test-timeout=${testLimitMs}`,
]
const run = spawnSync(process.execPath, [...nodeOptions, ...files], { stdio: 'inherit', env: testEnvironment() })
process.exit(run.status ?? 1)

function chosenFiles(words: readonly string[]): readonly string[] {
  const all = ['src', 'test'].flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => `${directory}/${name}`),
  )
  const tests = all.filter((path) => path.endsWith('.test.ts')).sort()
  return words.length === 0 ? tests : tests.filter((path) => words.some((word) => path.includes(word)))
}

/**
 * The caller's environment without ISconf settings, under a locale whose i has no dot and a time zone
 * that is not a whole number of hours away: code that formats for people where it must not, fails here.
 */
function testEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('IS_'))
  return { ...Object.fromEntries(own), LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' }
}
