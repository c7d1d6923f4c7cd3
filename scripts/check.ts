/**
 * Everything that must hold before a change goes in, but for the tests: `npm run check`, or
 * `npm run check -- NAME...` for some of it. All of it runs, so that one failure doesn't hide the next.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const node = process.execPath

const commandByName: Readonly<Record<string, readonly string[]>> = {
  types: [node, 'node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false'],
  // Lint, format, the order of imports, sizes of files and functions, time and chance outside *.io.ts.
  style: [node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--max-diagnostics=100'],
  boundaries: [
    node,
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config=.dependency-cruiser.mjs',
    '--output-type=err-long',
    ...['src', 'bench', 'demo', 'scripts', 'test'],
  ],
  'dead-code': [node, 'node_modules/knip/bin/knip.js', '--no-progress'],
  picture: [node, 'scripts/architecture.ts', '--check'],
  // The words of docs/glossary.md, and no others for the same things.
  glossary: [node, 'scripts/glossary.ts'],
  errors: [node, 'scripts/errors-doc.ts', '--check'],
  requests: [node, 'scripts/control-doc.ts', '--check'],
  metrics: [node, 'scripts/metrics-doc.ts', '--check'],
  openapi: [node, 'scripts/openapi.ts', '--check'],
  manual: [node, 'scripts/manual.ts', '--check'],
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(commandByName)
const failed = names.filter((name) => !passes(name))
console.log(failed.length === 0 ? 'check: all good' : `check: failed: ${failed.join(', ')}`)
// Not process.exit(): what is still on its way into a pipe would be lost.
process.exitCode = failed.length === 0 ? 0 : 1

function passes(name: string): boolean {
  const [command, ...words] = commandByName[name] ?? []
  if (command === undefined) {
    console.error(`no such check: ${name} (there are ${Object.keys(commandByName).join(', ')})`)
    return false
  }
  const run = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const said = `${run.stdout}${run.stderr}`
  // dependency-cruiser finds nothing wrong with files that it can't read, as those of a newer TypeScript.
  const isGood = run.status === 0 && !/missing-\w+-transpiler/.test(said)
  console.log(`check: ${name}: ${isGood ? 'good' : 'failed'}`)
  if (!isGood) console.log(said)
  return isGood
}
