/** The manual pages: made from the tables, complete, and good mdoc. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { manualFiles } from '../../scripts/manual.ts'
import { mdocOf } from '../../scripts/mdoc.ts'
import { errorKinds } from '../../src/base/index.ts'
import { verbs } from '../../src/cli/verbs/index.ts'
import { settings } from '../../src/config/settings.ts'
import { ran, unlessThere } from '../support/tools.ts'

const files = manualFiles()
const pages = [...files.keys()].filter((path) => path.startsWith('man/'))
const isconf8 = files.get('man/isconf.8') ?? ''

for (const [path, text] of files) {
  test(`${path} is as its sources make it (npm run fix)`, () => {
    assert.equal(readFileSync(path, 'utf8'), text)
  })
}

for (const path of pages) {
  test(`mandoc finds nothing to complain about in ${path}`, { skip: unlessThere('mandoc') }, () => {
    assert.deepEqual(ran('mandoc', '-T', 'lint', '-W', 'warning', path), { status: 0, text: '' })
  })
}

for (const { name, exits } of verbs) {
  test(`the verb ${name} is in isconf(8), once, with its exit statuses`, () => {
    const entries = isconf8.match(new RegExp(`^\\.It Cm ${name}( |$)`, 'gm'))
    assert.equal(entries?.length, 1)
    for (const exit of exits) assert.match(isconf8, new RegExp(`^\\.It ${exit}$`, 'm'))
  })
}

test('every flag, setting, exit status and failure is in isconf(8), every setting in main.cf(5)', () => {
  for (const flag of 'VcDmqrh') assert.match(isconf8, new RegExp(`^\\.It Fl ${flag} , Fl `, 'm'), flag)
  for (const { env } of Object.values(settings)) {
    for (const page of [isconf8, files.get('man/main.cf.5') ?? ''])
      assert.match(page, new RegExp(`^\\.It Ev ${env}$`, 'm'))
  }
  for (const [code, { exit }] of Object.entries(errorKinds)) {
    assert.match(isconf8, new RegExp(`^\\.It Er ${code}$`, 'm'))
    assert.match(isconf8, new RegExp(`^\\.It ${exit}$`, 'm'))
  }
})

const sections =
  'NAME SYNOPSIS QUICK_START DESCRIPTION BACKGROUND PREREQUISITES INSTALLATION FLAGS SUBCOMMANDS ENVIRONMENT FILES CONFIGURATION EXIT_STATUS EXAMPLES HOOKS DIAGNOSTICS GLOSSARY INTERNALS RESTRICTIONS SECURITY SEE_ALSO AUTHORS'

test('isconf(8) has the sections of the manual, in their order', () => {
  const found = [...isconf8.matchAll(/^\.Sh (.*)$/gm)].map(([, name]) => (name ?? '').replaceAll(' ', '_'))
  assert.equal(found.join(' '), sections)
})

/** What a person has to be told, by the row of the acceptance table: words of the sentence that tells it. */
const rules: readonly (readonly [string, string])[] = [
  ['M001', 'minimalist configuration management'],
  ['M003', 'infrastructure build and configuration manager'],
  ['M013', 'Leave the daemon off on machines'],
  ['M014', 'sudo(8) combined with a distributed version control system'],
  ['M022', 'not for machines that are also changed by hand'],
  ['M023', 'an auditor can read'],
  ['M027', 'ahead of the ticket curve'],
  ['M028', 'Keep control of everything on your disks that belongs to root'],
  ['M029', 'installed from the same disk image'],
  ['M030', 'Flash Archives rather than Jumpstart'],
  ['M031', 'only ISconf changes the host'],
  ['M032', 'another tool may write files'],
  ['M044', 'Subcommands are called'],
  ['M045', 'is run is the'],
  ['M054', 'copy of its'],
  ['M067', 'out of crontabs'],
  ['M068', 'which would end ISconf before it can record anything'],
  ['M078', 'call the person who holds the lock'],
  ['M086', 'Prefer it to IS_DOMAIN'],
  ['M107', 'To replace a key'],
  ['M109', 'To introduce keys'],
  ['M114', 'readable by root only'],
  ['M136', 'with an empty journal'],
  ['M137', 'at least one for each branch'],
  ['M138', 'name server and a database'],
  ['M139', 'then take a checkpoint image'],
  ['M141', 'hold three kinds of data'],
  ['M142', 'An offline copy of the disk of a branch'],
  ['M143', 'install an earlier image of the branch'],
  ['M144', 'A word that ISconf does not use'],
  ['M145', 'lock-step with a complete description'],
  ['M146', 'Moving towards a wanted state'],
  ['M147', 'AFS cell, a Kerberos realm'],
  ['M150', 'Branches are never merged across domains'],
  ['M153', 'Short of building a machine and comparing the whole disk'],
  ['M156', 'It causes outages in three ways'],
  ['M157', 'content is dictated from outside'],
  ['M159', 'as wrappers around older releases did'],
  ['M161', 'generate the files from its variables'],
  ['M164', '/etc/services'],
  ['M165', 'Keep the set small'],
  ['M166', 'What can be managed by replay'],
  ['M167', 'Treat data as evolvable until it proves otherwise'],
  ['M168', 'The bytes that an installation puts on a disk'],
  ['M170', 'The axiom on which all this rests'],
  ['M171', 'The record of all changes to a branch since the base image'],
  ['M179', 'release notes'],
  ['M193', 'Steve Traugott'],
  ['C010', 'replaces NOFORK'],
]

/** The page as a person reads it, in one line. */
const read = isconf8
  .replaceAll(/^\.\w+ ?/gm, '')
  .replaceAll(/\\f[BIP]/g, '')
  .replaceAll('\\-', '-')
  .replaceAll(/\s+/g, ' ')

for (const [row, words] of rules) {
  test(`${row}: isconf(8) says "${words}"`, () => assert.ok(read.includes(words)))
}

test('mdocOf() escapes what roff would take for something else', () => {
  assert.equal(mdocOf(".a\n\n'b\n\nc\\d -e é …\n"), ".Pp\n\\&.a\n.Pp\n\\&'b\n.Pp\nc\\ed \\-e \\[u00E9] ...\n")
  assert.equal(mdocOf('    .a \\n\n'), '.Bd -literal -offset indent\n\\&.a \\en\n.Ed\n')
})

test('mdocOf() makes lists, definitions, tables, code and headings', () => {
  assert.equal(mdocOf('## A `b`\n\ntext. More\ntext.\n'), '.Sh A b\n.Pp\ntext.\nMore text.\n')
  assert.equal(mdocOf('* a\n* b\n  c\n'), '.Bl -bullet\n.It\na\n.It\nb c\n.El\n')
  assert.equal(
    mdocOf('term\n: what\n\n  more\n\nother\n: that\n'),
    '.Bl -tag -width indent\n.It term\nwhat\n.Pp\nmore\n.It other\nthat\n.El\n',
  )
  assert.equal(
    mdocOf('| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | |\n'),
    '.Bl -tag -width indent\n.It 1\nb: 2\n.El\n',
  )
  assert.equal(
    mdocOf('*i* **b** `c-d` [x](y.md) [z](https://z)\n'),
    '.Pp\n\\fIi\\fP \\fBb\\fP \\fBc\\-d\\fP x z <https://z>\n',
  )
})
