/** The completions, in the shells that they are for. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verbs } from '../../src/cli/verbs/index.ts'
import { hostkeeperVerbs } from '../../src/hostkeeper/verbs/hostkeeper.io.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'

const folder = fileURLToPath(new URL('../../completion', import.meta.url))
const names = verbs.map(({ name }) => name)
const beginningWith = (letters: string): readonly string[] => names.filter((name) => name.startsWith(letters)).sort()

/** Has an `isconf` found first that says what stands in the file of its first word, and what it was asked for. */
function answering(t: TestContext, textByVerb: Readonly<Record<string, string>>): { readonly asked: () => string } {
  const bin = temporaryDirectory(t)
  for (const [verb, text] of Object.entries(textByVerb)) writeFileSync(join(bin, verb), text)
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >>"${bin}/asked"\ncat "${bin}/$1"\n`
  writeFileSync(join(bin, 'isconf'), script, { mode: 0o755 })
  const path = process.env['PATH']
  process.env['PATH'] = `${bin}:${path}`
  t.after(() => Object.assign(process.env, { PATH: path }))
  return {
    asked: () => {
      const text = readFileSync(join(bin, 'asked'), 'utf8')
      rmSync(join(bin, 'asked'))
      return text
    },
  }
}

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
  answering(t, {
    branches: '{"name":"generic","current":true}\n{"name":"web"}',
    log: `{"id":"${'0123456789abcdef'.repeat(4)}","branch":"web"}`,
    hosts:
      '{"name":"alder","here":true}\n{"name":"$(touch evil)"}\n{"name":"`touch evil`"}\n{"name":"birch.example.com"}',
  })
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

const recorded = '/etc/mail/\n/etc/mo td\n/etc/$(touch evil)\n'
const evil = '/etc/$(touch evil)'

test('bash offers recorded paths, quotes them, and runs nothing of them', { skip: noBash }, (t) => {
  const { asked } = answering(t, { paths: recorded, branches: '{"name":"web"}\n' })
  const names = ['compopt -o default -o filenames']
  for (const verb of ['blame', 'cat', 'verify', 'log']) {
    assert.deepEqual(offeredByBash('isconf', verb, '/etc/m'), [evil, '/etc/mail/', '/etc/mo td', ...names], verb)
    assert.equal(asked(), 'paths -- /etc/m\n')
  }
  assert.deepEqual(offeredByBash('isconf', 'verify', '--restore', '"/etc/mo\\ t').slice(-1), names)
  assert.equal(asked(), 'paths -- /etc/mo t\n')
  assert.deepEqual(offeredByBash('isconf', 'log', 'w'), ['web'])
  assert.equal(existsSync('evil'), false)
})

test('bash goes on in a recorded directory, and offers files where nothing is recorded', { skip: noBash }, (t) => {
  answering(t, { paths: '/etc/mail/\n' })
  const options = ['compopt -o default -o filenames', 'compopt -o nospace']
  assert.deepEqual(offeredByBash('isconf', 'blame', '/etc/m'), ['/etc/mail/', ...options])
  answering(t, { paths: '' })
  assert.deepEqual(offeredByBash('isconf', 'blame', '/x'), options.slice(0, 1))
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

function offeredByFish(line: string): readonly string[] {
  const command = `source ${folder}/isconf.fish; complete -C '${line}'`
  const { status, text } = ran('fish', '--no-config', '-c', command)
  assert.equal(status, 0, text)
  return text
    .trim()
    .split('\n')
    .map((row) => row.split('\t')[0] ?? '')
    .sort()
}

test('fish completes verbs, flags, and what a verb takes', { skip: unlessThere('fish') }, () => {
  const offered = offeredByFish
  assert.deepEqual(offered('isconf s'), beginningWith('s'))
  assert.deepEqual(offered('isconf --reb'), ['--reboot_ok'])
  assert.deepEqual(offered('isconf status --j'), ['--json'])
  assert.ok(offered('isconf exec prin').includes('printf'))
  assert.deepEqual(offered('isconf fleet --state h'), ['held'])
})

test('fish offers recorded paths, quotes them, and runs nothing of them', { skip: unlessThere('fish') }, (t) => {
  // No file of the machine begins so.
  const { asked } = answering(t, { paths: recorded.replaceAll('/etc/', '/no such/'), branches: '{"name":"web"}\n' })
  for (const verb of ['blame', 'cat', 'verify', 'log']) {
    const offered = offeredByFish(`isconf ${verb} /no\\ such/m`)
    assert.deepEqual(offered, ['/no such/mail/', '/no such/mo td'], verb)
    assert.match(asked(), /^(paths -- \/no such\/m\n)+$/)
  }
  assert.deepEqual(offeredByFish('isconf log w'), ['web'])
  assert.equal(existsSync('evil'), false)
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

test('zsh offers recorded paths, and runs nothing of them', { skip: unlessThere('zsh') }, (t) => {
  const { asked } = answering(t, { paths: recorded, branches: '{"name":"web"}\n' })
  const offered = (verb: string, typed: string): readonly string[] => {
    // What a completion widget has, as far as ours asks for it.
    const script = `_arguments() { state=words; line=(${verb}) }; words=(${verb} x); CURRENT=2; PREFIX=$2
      compadd() { print -rl -- "$@" }; source "$1"`
    const { status, text } = ran('zsh', '-f', '-c', script, 'zsh', `${folder}/_isconf`, typed)
    assert.equal(status, 0, text)
    return text.split('\n').filter((word) => /^\/|web/.test(word))
  }
  for (const verb of ['blame', 'cat', 'verify', 'log']) {
    assert.deepEqual(offered(verb, '/e\\tc/m'), ['/etc/mail/', '/etc/mo td', evil], verb)
    assert.equal(asked(), 'paths -- /etc/m\n')
  }
  assert.deepEqual(offered('log', 'w'), ['web'])
  assert.equal(existsSync('evil'), false)
})
