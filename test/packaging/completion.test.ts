/** The completions, in the shells that they are for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verbs } from '../../src/cli/verbs/index.ts'
import { ran, unlessThere } from '../support/tools.ts'

const folder = fileURLToPath(new URL('../../completion', import.meta.url))
const names = verbs.map(({ name }) => name)
const beginningWith = (letters: string): readonly string[] => names.filter((name) => name.startsWith(letters)).sort()

/** What bash would offer for a line whose last word is under the cursor. */
function offeredByBash(...words: readonly string[]): readonly string[] {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { echo "compopt $*"; }; _isconf; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, text } = ran('bash', '-c', script, 'bash', `${folder}/isconf.bash`, ...words)
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
})

test('bash takes the completion without a word', { skip: noBash }, () => {
  const { status, text } = ran('bash', '-c', 'source "$1" && complete -p isconf', 'bash', `${folder}/isconf.bash`)
  assert.deepEqual([status, text], [0, 'complete -F _isconf isconf\n'])
})

test('shellcheck finds nothing in the completion for bash', { skip: unlessThere('shellcheck') }, () => {
  assert.deepEqual(ran('shellcheck', '-s', 'bash', `${folder}/isconf.bash`), { status: 0, text: '' })
})

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
})

test('zsh loads the completion for isconf', { skip: unlessThere('zsh') }, () => {
  assert.deepEqual(ran('zsh', '-n', `${folder}/_isconf`), { status: 0, text: '' })
  const script = `fpath=(${folder} $fpath); autoload -Uz compinit && compinit -D && autoload +X _isconf && print $_comps[isconf] $functions[_isconf]`
  const { status, text } = ran('zsh', '-f', '-c', script)
  assert.equal(status, 0, text)
  assert.match(text, /^_isconf /)
  for (const name of names) assert.ok(text.includes(`'${name}:`), name)
})
