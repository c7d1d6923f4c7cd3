import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { testWith } from '../../../test/support/tools.ts'
import { lintTree } from './lint.io.ts'

const test = testWith('make')

type Tree = Readonly<Record<string, string>>

/** The findings as a person reads them, without the tree's path. */
async function said(t: TestContext, files: Tree): Promise<readonly string[]> {
  const tree = temporaryDirectory(t)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    writeFileSync(join(tree, name), text)
  }
  const findings = await lintTree(tree)
  return findings.map(({ severity, file, line, message }) =>
    `${file}:${line}: ${severity}: ${message}`.replaceAll(`${tree}/`, ''),
  )
}

const sound = 'all: $(PACKAGES)\na b c:\n\techo $@\n\ttouch $@\n'

test('lintTree() has nothing to say of a sound tree', async (t) => {
  const hosts = 'DEFAULT: PACKAGES=a\nalder: PACKAGES="a b" BOOT=c\nbirch: PACKAGES=exclude\n'
  assert.deepEqual(await said(t, { 'hosts.conf': hosts, 'packages.conf': sound, 'conf/linux.mk': 'X = 1\n' }), [])
})

test('lintTree() names every word of PACKAGES and of actions that is no target, with its line and what was meant', async (t) => {
  const hosts = 'DEFAULT: PACKAGES=a\nalder: PACKAGES="b Wget-1" BOOT="c nope"\nbirch: CRON=zzz\n'
  assert.deepEqual(
    await said(t, { 'hosts.conf': hosts, 'packages.conf': `${sound}wget-1:\n\ttouch $@\nb: wget-1\n` }),
    [
      'hosts.conf:2: error: PACKAGES names "Wget-1", which is not a target of packages.conf; did you mean wget-1?',
      'hosts.conf:2: error: BOOT names "nope", which is not a target of packages.conf',
      'hosts.conf:3: error: CRON names "zzz", which is not a target of packages.conf',
    ],
  )
})

test('lintTree() takes a variable that holds nothing but targets for an action', async (t) => {
  const hosts = 'DEFAULT: PACKAGES=a\nalder: WEEKLY="b c"\n'
  assert.deepEqual(await said(t, { 'hosts.conf': hosts, 'packages.conf': sound }), [])
  const other = 'DEFAULT: PACKAGES="a b"\nalder: TEXT="b c or none"\n'
  assert.equal((await said(t, { 'hosts.conf': other, 'packages.conf': sound })).length, 1)
})

test('lintTree() says once what many hosts share', async (t) => {
  const hosts = 'DEFAULT: PACKAGES="a b c"\nWEB: PACKAGES=nope\nalder: WEB\nbirch: WEB\n'
  assert.deepEqual(await said(t, { 'hosts.conf': hosts, 'packages.conf': sound }), [
    'hosts.conf:2: error: PACKAGES names "nope", which is not a target of packages.conf',
  ])
})

test('lintTree() tells of files whose names end in that of a host, where that may be by chance', async (t) => {
  const hosts = 'DEFAULT: PACKAGES="a b c"\nexample.org:\nweb2:\n'
  const files = {
    'hosts.conf': hosts,
    'packages.conf': sound,
    'files/a': '',
    'files/a.web2': '',
    'files/x/db.example.org': '',
  }
  assert.deepEqual(await said(t, files), [
    'files/x/db.example.org:null: warning: "example.org" is a host, which gets this as x/db; all others have it as it is called: a line for x/db or for x/db.example.org in the manifest says which is meant',
  ])
  assert.deepEqual(await said(t, { ...files, manifest: 'x/db.example.org - -\n' }), [])
  assert.deepEqual(await said(t, { ...files, manifest: 'x/db 0999 -\n' }), [
    'manifest:1: error: a mode is three or four octal digits or -, not "0999"',
  ])
})

test('lintTree() tells which values of hosts.conf do not reach a step as they stand', async (t) => {
  const hosts = [
    'DEFAULT: PACKAGES="a b c" OPT=-g',
    ` A='$(OPT) $6$salt # $$(date)' B='$(date)'`,
    ` BARE="it's" IN1="it's" IN2="it's #" IN1B='a"b\\$x' IN2B='a$x' URL='http://x/?a=b&c=#d' OK="don't"`,
  ]
  const recipe = `\techo $(BARE) '$(IN1)' "$(IN2)" '$(IN1B)' \\' "$(IN2B)"\\" $(URL) "$$OK"; echo \\'\n\techo $(OPT)\n\ttouch $@\n`
  const packages = `all: $(PACKAGES)\na b c:\n${recipe}`
  const shell = (name: string, char: string): string =>
    `hosts.conf:3: warning: ${name} holds ${char}, which means something to the shell where packages.conf:3 says $(${name}): "$$${name}" there is the value as it stands`
  assert.deepEqual(await said(t, { 'hosts.conf': hosts.join('\n'), 'packages.conf': packages }), [
    'hosts.conf:2: warning: B: make expands $(date), which nothing sets, to nothing; $$(date) stands for these letters',
    shell('BARE', "'"),
    shell('IN1', "'"),
    shell('IN2B', '$'),
    shell('URL', '&'),
  ])
})

test('lintTree() says also what hosts.conf alone tells', async (t) => {
  const hosts = 'DEFAULT: PACKAGES="a b c" nomacro\nalder: PACKAGES="exclude a"\n'
  const packages = `${sound}exclude:\n\texit 127\n`
  const [first = '', second = ''] = await said(t, { 'hosts.conf': hosts, 'packages.conf': packages })
  assert.match(first, /^hosts\.conf:1: error: .*nomacro/)
  assert.match(second, /^hosts\.conf:2: warning: .*exclude/)
})

test('lintTree() finds targets that need what is none, or each other', async (t) => {
  const packages = `${sound}a: bb\nb: c\nc: b /etc/passwd\n`
  assert.deepEqual(await said(t, { 'hosts.conf': 'DEFAULT: PACKAGES="a b"\n', 'packages.conf': packages }), [
    'packages.conf:5: error: "a" needs "bb", which is not a target',
    'packages.conf:2: error: targets need each other in a circle: c needs b needs c',
  ])
})

test('lintTree() warns of targets to which no host comes, and of steps that are done at every run', async (t) => {
  const packages = `${sound}d e:\n\ttouch $@\nf:\n\techo $@\ng:\n\tisync -o $@\n.PHONY: p\np:\n\techo\n`
  assert.deepEqual(await said(t, { 'hosts.conf': 'DEFAULT: PACKAGES="a b c f g p"\n', 'packages.conf': packages }), [
    'packages.conf:8: warning: f: no touch $@ and no isync, so it is done at every run',
    'packages.conf:6: warning: no host uses d, e',
  ])
})

test('lintTree() finds a stamp that would lie in another', async (t) => {
  const packages = `${sound}a/x:\n\ttouch $@\n`
  assert.deepEqual(await said(t, { 'hosts.conf': 'DEFAULT: PACKAGES="a b c a/x"\n', 'packages.conf': packages }), [
    'packages.conf:5: error: the stamp of "a/x" would lie in "a", which is itself a stamp',
  ])
})

test('lintTree() passes on what make says, with file and line', async (t) => {
  const hosts = 'DEFAULT: PACKAGES="a b c"\n'
  assert.deepEqual(await said(t, { 'hosts.conf': hosts, 'packages.conf': `${sound}d:\n    spaces\n` }), [
    'packages.conf:6: error: missing separator',
  ])
  assert.deepEqual(await said(t, { 'hosts.conf': hosts, 'packages.conf': `${sound}a:\n\ttouch $@\n` }), [
    "packages.conf:6: warning: overriding recipe for target 'a'",
    "packages.conf:3: warning: ignoring old recipe for target 'a'",
  ])
})

test('lintTree() says of conf/OS.mk that only variables count there', async (t) => {
  const files = { 'hosts.conf': 'DEFAULT: PACKAGES="a b c"\n', 'packages.conf': sound }
  assert.deepEqual(await said(t, { ...files, 'conf/linux.mk': 'X = 1\nx:\n\techo\n', 'conf/aix.mk': 'oops\n' }), [
    'conf/aix.mk:1: error: missing separator',
    'conf/linux.mk:3: error: only variables count here, for packages.conf does not include it, and "x" is a target',
  ])
})

test('lintTree() says what is missing, and what is wrong with hosts.conf', async (t) => {
  assert.deepEqual(await said(t, {}), [
    'hosts.conf:null: error: cannot read hosts.conf: no such file',
    'packages.conf:null: error: no such file',
  ])
  const [first = ''] = await said(t, { 'hosts.conf': 'DEFAULT: PACKAGES="a\n', 'packages.conf': sound })
  assert.match(first, /^hosts\.conf:1: error: /)
  assert.deepEqual(await said(t, { 'hosts.conf': 'DEFAULT: X=1\n', 'packages.conf': 'X = 1\n' }), [
    'packages.conf:null: error: has no target',
  ])
})
