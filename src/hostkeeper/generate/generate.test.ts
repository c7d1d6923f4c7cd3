import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../../test/support/files.ts'
import { generateMakefile } from './generate.ts'
import { parsePackage } from './package-file.ts'

const packagesOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([name, text]) => parsePackage(name, text, `packages.d/${name}.yaml`))
const makefileOf = (files: Readonly<Record<string, string>>): string => generateMakefile(packagesOf(files), false)

const clock = {
  tcsh: 'version: 6.10-1\ncommands: [rpm -q $PACKAGE || rpm -Uvh $PKGBANK/$PACKAGE.i386.rpm]\n',
  ntp: 'description: The time of day\nversion: 4.0\nneeds: [tcsh, conf, target: openssh-all-2.5]\nfiles: [etc/rc.d/init.d/ntpd]\ncommands:\n  - chkconfig --add ntpd\nservice: ntpd\n',
  conf: 'files: [etc/ntp.conf, etc/ntp.keys]\nservice: {name: ntpd, action: reload}\nonce: false\n',
  Block00: 'needs:\n  - ntp\n  - tcsh\n',
}

test('generateMakefile() gives a stanza for each package, in the order of their names', () => {
  const expected = `# Written by \`hostkeeper generate\` from packages.d; change the files there and run it again.

all: $(PACKAGES)

# packages.d/Block00.yaml
.PHONY: Block00
Block00: ntp-4.0 tcsh-6.10-1

# packages.d/conf.yaml
.PHONY: conf
conf:
	isync -o etc/ntp.conf etc/ntp.keys
	service ntpd reload

# packages.d/ntp.yaml: The time of day
.PHONY: ntp
ntp: ntp-4.0
ntp-4.0: tcsh-6.10-1 openssh-all-2.5 | conf
	isync -o etc/rc.d/init.d/ntpd
	chkconfig --add ntpd
	service ntpd restart
	touch $@

# packages.d/tcsh.yaml
.PHONY: tcsh
tcsh: tcsh-6.10-1
tcsh-6.10-1:
	PACKAGE=$@; rpm -q $$PACKAGE || rpm -Uvh $$PKGBANK/$$PACKAGE.i386.rpm
	touch $@
`
  assert.equal(makefileOf(clock), expected)
  const reversed = [...packagesOf(clock)].reverse()
  assert.equal(generateMakefile(reversed, false), expected)
  assert.equal(
    generateMakefile(reversed, true),
    `${expected}\ninclude $(dir $(lastword $(MAKEFILE_LIST)))packages.local.mk\n`,
  )
})

test('a version is text: 1.10 and yes stay what they are', () => {
  assert.equal(parsePackage('a', 'version: 1.10', 'f').target, 'a-1.10')
  assert.equal(parsePackage('a', 'needs: [no, 0x10]', 'f').needs[0]?.text, 'no')
})

const mistakes: readonly (readonly [text: string, place: number, words: RegExp])[] = [
  ['serivce: ntpd', 1, /unknown key "serivce" \(there are description, /],
  ['version: 1\n\nneeds: tcsh', 3, /needs "tcsh" is not a list/],
  ['needs:\n - a\n - b c', 3, /needs "b c" is no name of letters/],
  ['needs:\n - packet: a', 2, /needs is neither/],
  ['files:\n - etc/a\n - /etc/b', 3, /files "\/etc\/b" is no path below \//],
  ['files: [etc/../b]', 1, /is no plain path/],
  ['files: [etc/a b]', 1, /is no path/],
  ['commands:\n - echo\n - "- echo"', 3, /begins with what make takes for an order; .* \|\| true/],
  ['commands:\n - |\n   a\n   b\n', 2, /has more than one line/],
  ['commands: ["a \\\\"]', 1, /ends with a backslash/],
  ['description: for drive C:\\', 1, /ends with a backslash/],
  ['commands: [" "]', 1, /is empty/],
  ['service: {name: a}', 1, /service is neither/],
  ['service: a b', 1, /service "a b" is no name of letters/],
  ['version: 1 2', 1, /version "1 2" is no version/],
  ['once: perhaps\nfiles: [a]', 1, /once "perhaps" is neither true nor false/],
  ['needs: []\nonce: true', 2, /nothing to do/],
  ['version: 1\nversion: 2', 2, /unique/],
  ['a: [', 1, /./],
  ['- a', 1, /the file is not a list of keys/],
  ['---\nversion: 1\n---\nversion: 2\n', 3, /./],
]
for (const [text, line, words] of mistakes) {
  test(`a mistake is told with file and line: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parsePackage('p', text, 'packages.d/p.yaml'),
      (error: Error) => {
        assert.match(error.message, new RegExp(`^packages\\.d/p\\.yaml:${line}: `))
        return failure('CONFIG', words)(error)
      },
    )
  })
}

test('an empty file, and a name that make would not take, are mistakes', () => {
  assert.throws(() => parsePackage('p', '# nothing\n', 'p.yaml'), failure('CONFIG', /^p\.yaml: the file is empty/))
  assert.throws(() => parsePackage('a b', 'version: 1', 'a b.yaml'), failure('CONFIG', /"a b"/))
  const many = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefg'
    .split('')
    .map((one, index) => `${one}: &${one} [${Array(9).fill(`*${'abcdef'[index]}`).join()}]\n`)
    .join('')}`
  assert.throws(() => parsePackage('p', many, 'p.yaml'), failure('CONFIG', /alias/))
})

test('what is needed and not there, two packages of one target, and a circle are mistakes with file and line', () => {
  assert.throws(
    () => makefileOf({ a: 'needs:\n - b\n' }),
    failure('CONFIG', /^packages\.d\/a\.yaml:2: there is no package "b"/),
  )
  assert.throws(
    () => makefileOf({ a: 'needs: [b]', b: 'needs: [c]', c: 'description: x\nneeds: [b]' }),
    failure('CONFIG', /^packages\.d\/c\.yaml:2: b -> c -> b is circular/),
  )
  assert.throws(
    () => makefileOf({ a: 'version: 1', 'a-1': 'commands: [x]' }),
    failure('CONFIG', /the target a-1 is also that of packages\.d\/a\.yaml/),
  )
  assert.throws(() => makefileOf({ all: 'commands: [x]' }), failure('CONFIG', /the makefile itself/))
})

test('many packages that need each other twice are checked in no time', () => {
  const files: Record<string, string> = { p0: 'version: 1' }
  for (let index = 1; index < 200; index += 1)
    files[`p${index}`] = `needs: [${index > 1 ? `p${index - 2}, ` : ''}p${index - 1}]`
  assert.match(makefileOf(files), /^p199: p197 p198$/m)
})
