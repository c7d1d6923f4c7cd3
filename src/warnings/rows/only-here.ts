/** Files that only this host has, because nothing in the journal brought them. */
import { posix } from 'node:path'
import type { Around, CommandRow, FileRow } from '../warning.ts'

/** Where people put their own files, and what is mounted by hand; these directories themselves are on every host. */
export const own = /^\/(root|home\/[^/]+|tmp|var\/tmp|mnt|media|run\/user\/\d+)\/.+/
/** Places where neither the distribution nor a package puts a program. */
const outsideDistribution = /^\/(usr\/local|opt|srv|root|home|tmp|var\/tmp|mnt|media)\//
const searched = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

export async function isOnlyHere(path: string, { host, isBrought }: Around, where: RegExp): Promise<boolean> {
  return where.test(path) && (await host.look(path)) !== undefined && !(await isBrought(path))
}

/** Words that name something a program makes, or does not read. */
export const makes =
  /^(touch|mkdir|install|mktemp|chown|chmod|rm|rmdir|ls|test|\[|find|tee|echo|printf|userdel|useradd|usermod|adduser)$/

export const onlyHereCommandRows: readonly CommandRow[] = [
  {
    id: 'directory-only-here',
    looksBefore: true,
    finds: async (_, around, { cwd }) => (await isOnlyHere(cwd, around, own)) && cwd,
    says: (cwd) => `its working directory ${cwd} exists only on this host: nothing in the journal creates it`,
    instead: 'run it in a directory that every host has, with absolute paths; or isconf snap the directory first',
    flagged: [{ line: 'touch x', cwd: '/root/w', files: { '/root/w/': '' } }],
    silent: [
      { line: 'touch x', cwd: '/root', files: { '/root/': '' } },
      { line: 'touch x', cwd: '/tmp' },
      { line: 'touch x', cwd: '/root/w', files: { '/root/w/': '' }, brought: ['/root/w'] },
      { line: 'touch x', cwd: '/srv/www', files: { '/srv/www/': '' } },
    ],
  },
  {
    id: 'file-only-here',
    looksBefore: true,
    finds: async ({ name, words, program }, around, { cwd }) => {
      if (makes.test(name)) return false
      const paths = [program, ...words].map((word) => word.replace(/^(--?[\w-]+=|@|file:)/, ''))
      for (const word of paths) {
        if (word === '' || word.startsWith('-') || (!word.includes('/') && word === name)) continue
        const path = posix.resolve(cwd, word)
        if ((await around.host.look(path))?.kind === 'directory' && path === cwd) continue
        if (path !== cwd && (await isOnlyHere(path, around, own))) return path
      }
      return false
    },
    says: (path) => `${path} exists only on this host: nothing in the journal creates it`,
    instead: 'put it in its final place, isconf snap it, and use it from there',
    flagged: [
      { line: 'dpkg -i /root/foo_1_all.deb', files: { '/root/foo_1_all.deb': '' } },
      { line: 'sh setup.sh', cwd: '/tmp/x', files: { '/tmp/x/setup.sh': '' } },
      { line: './install.sh --all', cwd: '/home/luke/src', files: { '/home/luke/src/install.sh': '' } },
      { line: 'cp /mnt/usb/app.conf /etc/app.conf', files: { '/mnt/usb/app.conf': '' } },
      { line: 'tar --file=/tmp/a.tar -x', files: { '/tmp/a.tar': '' } },
    ],
    silent: [
      { line: 'dpkg -i /root/foo_1_all.deb', files: { '/root/foo_1_all.deb': '' }, brought: ['/root/foo_1_all.deb'] },
      { line: 'mkdir -p /root/.ssh', files: { '/root/.ssh/': '' } },
      { line: 'cp /srv/app.conf /etc/app.conf', files: { '/srv/app.conf': '' } },
      'cp /root/not-there /etc/x',
      { line: 'rm -rf /tmp/build', files: { '/tmp/build/': '' } },
    ],
  },
  {
    id: 'program-only-here',
    looksBefore: true,
    finds: async ({ name, program }, around) => {
      const places = program.includes('/') ? [program] : searched.map((directory) => `${directory}/${name}`)
      for (const place of places) {
        if ((await around.host.look(place)) === undefined) continue
        return /^\/(usr\/local|opt)\//.test(place) && (await isOnlyHere(place, around, outsideDistribution)) && place
      }
      return false
    },
    says: (path) => `${path} is not a program of the distribution, and nothing in the journal installs it`,
    instead: 'isconf snap it first, or make sure that the image has it',
    flagged: [
      { line: 'deploy --now', files: { '/usr/local/bin/deploy': '' } },
      { line: '/opt/app/bin/setup', files: { '/opt/app/bin/setup': '' } },
    ],
    silent: [
      { line: 'deploy --now', files: { '/usr/local/bin/deploy': '' }, brought: ['/usr/local/bin/deploy'] },
      { line: 'deploy --now', files: { '/usr/bin/deploy': '' } },
    ],
  },
]

export const onlyHereFileRows: readonly FileRow[] = [
  {
    id: 'interpreter-only-here',
    findsFile: async (operation, around) => {
      if ((operation.mode & 0o111) === 0) return false
      const [, interpreter = '', first = ''] =
        /^#! *(\S+)(?: +(?:-S +)?(\S+))?/.exec(await around.content(operation)) ?? []
      if (interpreter === '') return false
      if (posix.basename(interpreter) === 'env') return missingFromPath(first, around)
      const isThere = (await around.host.look(interpreter)) !== undefined
      if (!isThere) return `${interpreter}, which is not here either`
      return outsideDistribution.test(interpreter) && !(await around.isBrought(interpreter)) && interpreter
    },
    says: (interpreter) => `its interpreter is ${interpreter}, which nothing in the journal installs`,
    instead: 'an interpreter of the distribution, or isconf snap that one, too',
    flagged: [
      { path: '/srv/x', mode: 0o755, content: '#!/opt/py/bin/python\n', files: { '/opt/py/bin/python': '' } },
      { path: '/srv/x', mode: 0o755, content: '#!/usr/bin/env node\n', files: { '/usr/bin/env': '' } },
      { path: '/srv/x', mode: 0o755, content: '#!/usr/bin/env deno\n', files: { '/usr/local/bin/deno': '' } },
    ],
    silent: [
      { path: '/srv/x', mode: 0o755, content: '#!/bin/sh\n', files: { '/bin/sh': '' } },
      { path: '/srv/x', mode: 0o755, content: '#!/usr/bin/env perl\n', files: { '/usr/bin/perl': '' } },
      { path: '/srv/x', mode: 0o644, content: '#!/opt/py/bin/python\n' },
      { path: '/srv/x', mode: 0o755, content: '\u007fELF' },
      { path: '/srv/x', mode: 0o755, content: '#!/opt/p\n', files: { '/opt/p': '' }, brought: ['/opt/p'] },
    ],
  },
  {
    id: 'owner-only-here',
    findsFile: async ({ owner }, { host, work }) => {
      const { uid, user } = owner
      if (uid < 1000 || uid >= 65_534 || user === '') return false
      const isLocal = ((await host.text('/etc/passwd')) ?? '').split('\n').some((line) => line.startsWith(`${user}:`))
      const isMade = work.some(
        (one) => one.type === 'exec' && /\b(user|group)/.test(one.argv.join(' ')) && one.argv.join(' ').includes(user),
      )
      return (
        isLocal &&
        !isMade &&
        !work.some((one) => one.type === 'snap' && one.path === '/etc/passwd') &&
        `${user} (${uid})`
      )
    },
    says: (user) =>
      `its owner ${user} is a user of this host; on a host without that name, the file belongs to whoever has the number`,
    instead: 'isconf exec useradd -u NUMBER … before it, or another owner',
    flagged: [
      { path: '/srv/x', uid: 1000, user: 'luke', files: { '/etc/passwd': 'luke:x:1000:1000::/home/luke:/bin/sh\n' } },
    ],
    silent: [
      { path: '/srv/x', files: { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' } },
      { path: '/srv/x', uid: 1000, user: 'luke', files: { '/etc/passwd': '' } },
      { path: '/srv/x', uid: 33, user: 'www-data', files: { '/etc/passwd': 'www-data:x:33:33::/:/bin/sh\n' } },
    ],
  },
]

async function missingFromPath(name: string, around: Around): Promise<string | false> {
  for (const directory of searched) {
    const place = `${directory}/${name}`
    if ((await around.host.look(place)) === undefined) continue
    return outsideDistribution.test(place) && !(await around.isBrought(place)) && place
  }
  return `${name}, which no command of an operation finds`
}
