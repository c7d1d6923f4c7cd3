import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../../test/support/files.ts'
import {
  archiveAddress,
  channelText,
  directoryAddress,
  gitAddress,
  parseChannel,
  rsyncAddress,
  schemeOf,
  shownAddress,
  withoutSecrets,
} from './address.ts'

const sum = 'a1'.repeat(32)

test('schemeOf() takes a path for file, and what stands before a + for the scheme', () => {
  const schemeByAddress = {
    '/srv/tree': 'file',
    'file:///srv/tree': 'file',
    'rsync:alder:/srv': 'rsync',
    'git+https://example.com/tree.git': 'git',
    'exec:cp -R /srv/. .': 'exec',
  }
  for (const [address, scheme] of Object.entries(schemeByAddress)) assert.equal(schemeOf(address), scheme)
  for (const address of ['', 'srv/tree', 'HTTP://example.com', 'git:'])
    assert.throws(() => schemeOf(address), failure('CONFIG', /takes an address of a source/))
})

test('shownAddress() has no name, password, query or argument of a command', () => {
  const shownByAddress = {
    'https://luke:se:c@ret@example.com/a@b.tar.gz?token=secret#sha256=1': 'https://example.com/a@b.tar.gz?...#sha256=1',
    'git+ssh://git@example.com/tree.git#main': 'git+ssh://example.com/tree.git#main',
    'exec:cvs -d :pserver:luke:secret@cvs:/ export': 'exec:cvs ...',
    'exec:/usr/local/bin/fill': 'exec:/usr/local/bin/fill',
    'rsync://luke@alder/trees/site': 'rsync://alder/trees/site',
  }
  for (const [address, shown] of Object.entries(shownByAddress)) assert.equal(shownAddress(address), shown)
})

test('withoutSecrets() finds addresses within text', () => {
  const said = "fatal: unable to access 'https://luke:secret@example.com/tree.git/': no route, see http://a/b?c=d now"
  assert.equal(
    withoutSecrets(said),
    "fatal: unable to access 'https://example.com/tree.git/': no route, see http://a/b?... now",
  )
})

test('gitAddress() gives git its own address, and refuses what git would take for an option', () => {
  assert.deepEqual(gitAddress('git+file:///srv/tree.git#v1.0'), { url: 'file:///srv/tree.git', ref: 'v1.0' })
  assert.deepEqual(gitAddress('git://alder/tree.git'), { url: 'git://alder/tree.git', ref: undefined })
  for (const ref of ['-x', '', 'a..b', 'a b', '--upload-pack=x'])
    assert.throws(() => gitAddress(`git://alder/tree.git#${ref}`), failure('CONFIG', /not a branch, tag or commit/))
})

test('rsyncAddress() and directoryAddress() name what is in a directory', () => {
  assert.equal(rsyncAddress('rsync://alder/trees'), 'rsync://alder/trees/')
  assert.equal(rsyncAddress('rsync:luke@alder:/srv/tree/'), 'luke@alder:/srv/tree/')
  assert.equal(directoryAddress('file:/srv/tree'), '/srv/tree')
  assert.equal(directoryAddress('file:///srv/tree'), '/srv/tree')
  assert.throws(() => directoryAddress('file://alder/srv'), failure('CONFIG', /no absolute path/))
})

test('archiveAddress() tells an archive from a channel, and takes no other fragment than a checksum', () => {
  const { url, sha256, isChannel } = archiveAddress(`https://alder/t.tar.gz#sha256=${sum.toUpperCase()}`)
  assert.deepEqual([url.href, sha256, isChannel], ['https://alder/t.tar.gz', sum, false])
  assert.equal(archiveAddress('https://alder/trees/stable').isChannel, true)
  assert.throws(() => archiveAddress('https://alder/t.tgz#sha256=12'), failure('CONFIG', /64 hexadecimal digits/))
  assert.throws(() => archiveAddress('https://'), failure('CONFIG', /no address/))
  assert.throws(() => archiveAddress(`https://alder/stable#sha256=${sum}`), failure('CONFIG', /a channel takes no/))
})

test('parseChannel() reads what channelText() writes, and no name that leads elsewhere', () => {
  for (const number of [0, 1, 12]) {
    const channel = { archive: 'site-1.tar.gz', sha256: sum, number }
    assert.deepEqual(parseChannel(channelText(channel)), channel)
  }
  for (const text of [
    '',
    `${sum}  ../site.tar.gz\n`,
    `${sum}  site.zip\n`,
    `${sum}  a.tar.gz`,
    `${sum}  a.tar.gz\n${sum}  b.tar.gz\n`,
    `${sum}  a.tar.gz\n# number 0\n`,
    `${sum}  a.tar.gz\n# number 9999999999999999\n`,
    `${sum}  a.tar.gz\n# number 1\n# number 2\n`,
  ])
    assert.equal(parseChannel(text), undefined, text)
})
