/** The completions, in the shells that they are for. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verbs } from '../../src/cli/verbs/index.ts'
import { hostkeeperVerbs } from '../../src/hostkeeper/verbs/table.io.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

const folder = fileURLToPath(new URL('../../completion', import.meta.url))
const names = verbs.map(({ name }) => name)
const beginningWith = (letters: string): readonly string[] => names.filter((name) => name.startsWith(letters)).sort()

/** What bash would offer for a line whose last word is under the cursor. */
function offeredByBash(...words: readonly string[]): readonly string[] {
  const [program = ''] = words
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { echo "compopt $*"; }; _${program}; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, text } = ran('bash', '-c', script, 'bash', `${folder}/${program}.bash`, ...words)
  assert.equal(status, 0, text)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort()
}

const noBash = unlessThere('bash')

test('bash completes verbs, flags, and what a verb takes', { skip: noBash }, () => {
  assert.deepEqual(offeredByBash('isconf', 's'), beginningWith('s'))
  assert.deepEqual(offeredByBash('isconf', '-q', '-c', 'x', 'u'), beginningWith('u'))
  assert.deepEqual(offeredByBash('isconf', '--reb'), ['--reboot_ok'])
  assert.deepEqual(offeredByBash('isconf', 'status', '--j'), ['--json'])
  assert.deepEqual(offeredByBash('isconf', '-c', '/etc/is/m'), ['compopt -o default'])
  assert.ok(offeredByBash('isconf', 'snap', 'x').includes('compopt -o default'))
  assert.ok(offeredByBash('isconf', 'exec', 'prin').includes('printf'))
  assert.ok(offeredByBash('isconf', 'exec', 'cat', 'x').includes('compopt -o default'))
  assert.deepEqual(offeredByBash('isconf', 'lock', 's'), [])
  assert.deepEqual(offeredByBash('isconf', 'fleet', '--state', 'h'), ['held'])
  assert.deepEqual(offeredByBash('isconf', 'lock', '-m', ''), [])
  assert.deepEqual(offeredByBash('isconf', 'init', '--key', ''), ['compopt -o default'])
})

test('bash offers branches, changesets and hosts that the daemon knows, and runs nothing of their names', {
  skip: noBash,
}, (t) => {
  const bin = temporaryDirectory(t)
  const answers = {
    branches: '{"name":"generic","current":true}\n{"name":"web"}',
    log: `{"id":"${'0123456789abcdef'.repeat(4)}","branch":"web"}`,
    hosts:
      '{"name":"alder","here":true}\n{"name":"$(touch evil)"}\n{"name":"`touch evil`"}\n{"name":"birch.example.com"}',
  }
  for (const [verb, text] of Object.entries(answers)) writeFileSync(join(bin, verb), `${text}\n`)
  writeFileSync(join(bin, 'isconf'), `#!/bin/sh\ncat "${bin}/$1"\n`, { mode: 0o755 })
  const path = process.env['PATH']
  process.env['PATH'] = `${bin}:${path}`
  t.after(() => Object.assign(process.env, { PATH: path }))
  const words = (...line: string[]): readonly string[] =>
    offeredByBash('isconf', ...line).filter((one) => !one.startsWith('-'))
  assert.deepEqual(words('migrate', ''), ['generic', 'web'])
  assert.deepEqual(words('show', ''), ['0123456789ab'])
  assert.deepEqual(words('fleet', ''), ['alder', 'birch.example.com'])
  assert.deepEqual(words('fleet', 'b'), ['birch.example.com'])
  // What an option takes, and no option in its place.
  assert.deepEqual(offeredByBash('isconf', 'fleet', '--branch', ''), ['generic', 'web'])
  assert.deepEqual(offeredByBash('isconf', '-q', 'log', '--host', 'a'), ['alder'])
  assert.deepEqual(offeredByBash('isconf', 'up', '--to', ''), ['0123456789ab'])
  assert.equal(existsSync('evil'), false)
  assert.ok(offeredByBash('isconf', 'help', 'LOCKE').includes('LOCKED'))
})

test('bash completes the verbs of hostkeeper', { skip: noBash }, () => {
  const all = hostkeeperVerbs.map(({ name }) => name).sort()
  const offered = offeredByBash('hostkeeper', '')
  assert.deepEqual(
    offered.filter((word) => !word.startsWith('-')),
    all,
  )
  assert.deepEqual(offeredByBash('hostkeeper', 'plan', '--j'), ['--json'])
})

for (const program of ['isconf', 'hostkeeper']) {
  test(`bash takes the completion of ${program} without a word`, { skip: noBash }, () => {
    const command = `source "$1" && complete -p ${program}`
    const { status, text } = ran('bash', '-c', command, 'bash', `${folder}/${program}.bash`)
    assert.deepEqual([status, text], [0, `complete -F _${program} ${program}\n`])
  })

  test(`shellcheck finds nothing in the completion of ${program} for bash`, { skip: unlessThere('shellcheck') }, () => {
    assert.deepEqual(ran('shellcheck', '-s', 'bash', `${folder}/${program}.bash`), { status: 0, text: '' })
  })

  test(`zsh finds no mistake in the completion of ${program}`, { skip: unlessThere('zsh') }, () => {
    assert.deepEqual(ran('zsh', '-n', `${folder}/_${program}`), { status: 0, text: '' })
  })
}

test('fish completes verbs, flags, and what a verb takes', { skip: unlessThere('fish') }, () => {
  const offered = (line: string): readonly string[] => {
    const command = `source ${folder}/isconf.fish; complete -C '${line}'`
    const { status, text } = ran('fish', '--no-config', '-c', command)
    assert.equal(status, 0, text)
    return text
      .trim()
      .split('\n')
      .map((row) => row.split('\t')[0] ?? '')
      .sort()
  }
  assert.deepEqual(offered('isconf s'), beginningWith('s'))
  assert.deepEqual(offered('isconf --reb'), ['--reboot_ok'])
  assert.deepEqual(offered('isconf status --j'), ['--json'])
  assert.ok(offered('isconf exec prin').includes('printf'))
  assert.deepEqual(offered('isconf fleet --state h'), ['held'])
})

test('fish completes the verbs of hostkeeper', { skip: unlessThere('fish') }, () => {
  const { status, text } = ran(
    'fish',
    '--no-config',
    '-c',
    `source ${folder}/hostkeeper.fish; complete -C 'hostkeeper p'`,
  )
  assert.equal(status, 0, text)
  assert.match(text, /^plan\t/m)
})

test('zsh loads the completion for isconf', { skip: unlessThere('zsh') }, () => {
  const script = `fpath=(${folder} $fpath); autoload -Uz compinit && compinit -D && autoload +X _isconf && print $_comps[isconf] $functions[_isconf]`
  const { status, text } = ran('zsh', '-f', '-c', script)
  assert.equal(status, 0, text)
  assert.match(text, /^_isconf /)
  for (const name of names) assert.ok(text.includes(`'${name}:`), name)
})
