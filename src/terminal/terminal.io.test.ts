import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { test } from 'node:test'

/** How a program ends that does this with the terminal, with its standard output on a full disk. */
function ended(call: string): readonly [status: number | null, said: string] {
  const full = openSync('/dev/full', 'w')
  const module = new URL('terminal.io.ts', import.meta.url)
  const code = `const { systemTerminal: it } = await import('${module}')
    try { ${call} } catch (error) { it.err(error.code + ' ' + error.message); process.exit(error.exit) }`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  return [run.status, run.stderr.toString()]
}

test('out() on a full disk is a failure that says so, and no bug', () => {
  const said = 'FILE_UNWRITABLE cannot write standard output: no space left on device'
  assert.deepEqual(ended(`it.out('a table')`), [1, said])
})

test('show() on a full disk leaves the program to wait for how the command ends', () => {
  assert.deepEqual(ended(`it.show('what a command wrote'); it.err('waited')`), [0, 'waited'])
})
