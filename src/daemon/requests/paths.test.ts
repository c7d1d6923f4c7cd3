/** Which recorded paths begin with what is typed, on a simulated host that has done nothing of the journal. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { twoHosts } from '../../../test/support/asked.ts'
import { type PathsAnswer, pathsMax } from '../../control/index.ts'
import { pathsRequest } from './paths.ts'

async function two(t: TestContext) {
  const hosts = await twoHosts(t)
  const { birch, ask } = hosts
  const asked = async (prefix?: string, cwd = '/'): Promise<PathsAnswer> =>
    (await ask<PathsAnswer>(birch, pathsRequest, { cwd, prefix })).result
  return { ...hosts, asked, paths: async (prefix?: string, cwd?: string) => (await asked(prefix, cwd)).paths }
}

test('recorded paths are given a directory at a time, as they were typed', async (t) => {
  const { alder, checkIn, paths } = await two(t)
  assert.deepEqual(await paths('/'), [])
  alder.machine.makeDirectory('/etc/empty', 0o755)
  for (const path of ['/etc/motd', '/etc/mail/aliases', '/etc/mailname', '/srv/a b']) alder.machine.write(path, '1')
  alder.machine.link('/etc/link', 'motd')
  await checkIn('snap /etc /srv')
  assert.deepEqual(await paths('/'), ['/etc/', '/srv/'])
  assert.deepEqual(await paths('/e'), ['/etc/'])
  assert.deepEqual(await paths('/etc'), ['/etc/'])
  assert.deepEqual(await paths('/etc/'), ['/etc/empty/', '/etc/link', '/etc/mail/', '/etc/mailname', '/etc/motd'])
  assert.deepEqual(await paths('/etc/mail'), ['/etc/mail/', '/etc/mailname'])
  assert.deepEqual(await paths('/etc/mail/'), ['/etc/mail/aliases'])
  assert.deepEqual(await paths('/tc'), [])
  assert.deepEqual(await paths('mo', '/etc'), ['motd'])
  assert.deepEqual(await paths(undefined, '/srv'), ['a b'])
  assert.deepEqual(await paths('../etc/./m', '/srv'), ['../etc/./mail/', '../etc/./mailname', '../etc/./motd'])
})

test('recorded paths follow the journal', async (t) => {
  const { alder, checkIn, paths } = await two(t)
  for (const path of ['/t/a', '/t/d/b', '/t/e/c']) alder.machine.write(path, '1')
  await checkIn('snap /t/a /t/d/b /t/e/c')
  assert.deepEqual(await paths('/t/'), ['/t/a', '/t/d/', '/t/e/'])
  await checkIn('snap --delete /t/a', 'snap --delete /t/e', 'snap --delete /t/d')
  alder.machine.write('/t/d', 'a file now')
  alder.machine.write('/t/new', '1')
  await checkIn('snap /t/d /t/new')
  assert.deepEqual(await paths('/t/'), ['/t/d', '/t/new'])
})

test('of more recorded paths than can be offered the last is given, so that a shell sees what all have in common', async (t) => {
  const { alder, checkIn, asked } = await two(t)
  for (let index = 0; index <= pathsMax; index += 1) alder.machine.write(`/t/a${String(index).padStart(4, '0')}`, '')
  alder.machine.write('/t/b', '')
  await checkIn('snap /t')
  const { paths, more } = await asked('/t/')
  assert.deepEqual([paths.length, paths[0], paths.at(-1), more], [pathsMax, '/t/a0000', '/t/b', 2])
})
