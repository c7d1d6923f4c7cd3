/** hostkeeper generate, and what make does with its makefile. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { assertDone, assertNoTrace, describe, type Run } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'
import { type HostkeeperHost, hostkeeperHost } from './host.ts'

function assertRefused(run: Run, status: number, ...words: readonly string[]): void {
  assert.equal(run.status, status, describe(run))
  assertNoTrace(run)
  for (const word of words) assert.ok(run.stderr.includes(word), `${word} is not in\n${describe(run)}`)
}

/** What make does in the stamp directory; each command line that it prints. */
async function make(host: HostkeeperHost, ...words: readonly string[]): Promise<readonly string[]> {
  mkdirSync(host.path('isconf/stamps'), { recursive: true })
  const argv = ['make', '-f', host.path('isconf/tree/packages.conf'), ...words]
  const { stdout } = assertDone(await host.begin(argv, {}, host.path('isconf/stamps')).done)
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('make: '))
}

test('what hostkeeper generate writes is run by make, in its order, once and each time', {
  skip: unlessThere('make'),
}, async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/files/etc/ntp.conf': 'server ntp1\n',
    'isconf/tree/packages.d/Block00.yaml': 'needs: [ntp, conf]\n',
    'isconf/tree/packages.d/ntp.yaml':
      'version: 4.1-2\nneeds: [base, conf]\ncommands:\n  - echo "$PACKAGE from $PKGBANK as $(id -u) $$" > "$HOME/said"\n',
    'isconf/tree/packages.d/base.yaml': 'commands: ["echo base"]\n',
    'isconf/tree/packages.d/conf.yaml': 'files: [etc/ntp.conf]\nservice: ntpd\nonce: false\n',
    'bin/service': '#!/bin/sh\necho "service $*"\n',
  })
  assertDone(await host.run('hostkeeper', 'generate', '-o', 'isconf/tree/packages.conf'))
  const words = ['PACKAGES=Block00', 'PKGBANK=http://isconf/pkgbank']
  assert.deepEqual(await make(host, ...words), [
    'echo base',
    'base',
    'touch base',
    'isync -o etc/ntp.conf',
    'service ntpd restart',
    'service ntpd restart',
    'PACKAGE=ntp-4.1-2; echo "$PACKAGE from $PKGBANK as $(id -u) $$" > "$HOME/said"',
    'touch ntp-4.1-2',
  ])
  assert.match(host.read('said'), /^ntp-4\.1-2 from http:\/\/isconf\/pkgbank as \d+ \d+\n$/)
  assert.equal(host.read('root/etc/ntp.conf'), 'server ntp1\n')
  // What leaves no stamp is done each time, and does not make what needs it be done again.
  assert.deepEqual(await make(host, ...words), [
    'isync -o etc/ntp.conf',
    'service ntpd restart',
    'service ntpd restart',
  ])
})

test('generated and hand-written rules need each other, whichever includes the other', {
  skip: unlessThere('make'),
}, async (t) => {
  const packages = {
    'isconf/tree/packages.d/web.yaml': 'version: 2\nneeds: [target: by-hand-1]\ncommands: [echo web]\n',
    'isconf/tree/packages.d/base.yaml': 'version: 1\ncommands: [echo base]\n',
  }
  const own = 'by-hand-1: base-1\n\techo by hand\n\ttouch $@\n'
  const expected = [
    'echo base',
    'base',
    'touch base-1',
    'echo by hand',
    'by hand',
    'touch by-hand-1',
    'echo web',
    'web',
    'touch web-2',
  ]

  const included = hostkeeperHost(t, {
    ...packages,
    'isconf/tree/packages.conf': `all: $(PACKAGES)\n\ninclude $(dir $(lastword $(MAKEFILE_LIST)))generated.mk\n\n${own}`,
  })
  const { path } = included
  assertDone(await included.run('hostkeeper', 'generate', '-o', path('isconf/tree/generated.mk'), path('isconf/tree')))
  assert.deepEqual(await make(included, 'PACKAGES=web'), expected)

  const including = hostkeeperHost(t, { ...packages, 'isconf/tree/packages.local.mk': own })
  assertDone(await including.run('hostkeeper', 'generate', '-o', including.path('isconf/tree/packages.conf')))
  assert.deepEqual(await make(including, 'PACKAGES=web'), expected)
})

test('generate writes to standard output, does not overwrite what was written by hand, and --check compares', async (t) => {
  const host = hostkeeperHost(t, {
    'isconf/tree/packages.d/a.yaml': 'commands: [echo a]\n',
    'isconf/tree/packages.conf': 'all: $(PACKAGES)\n',
  })
  const packagesConf = host.path('isconf/tree/packages.conf')
  const { stdout } = assertDone(await host.run('hostkeeper', 'generate'))
  assert.match(stdout, /^a:\n\techo a\n\ttouch \$@$/m)
  assertRefused(await host.run('hostkeeper', 'generate', '-o', packagesConf), 1, packagesConf, 'not written by')
  assert.equal(host.read('isconf/tree/packages.conf'), 'all: $(PACKAGES)\n')
  assertRefused(await host.run('hostkeeper', 'generate', '--check'), 1, packagesConf)

  assertDone(await host.run('hostkeeper', 'generate', '-o', 'a.mk'))
  assert.equal(host.read('a.mk'), stdout)
  assertDone(await host.run('hostkeeper', 'generate', '--check', '-o', 'a.mk'))
  host.write('isconf/tree/packages.d/b.yaml', 'needs: [a]\n')
  assertRefused(await host.run('hostkeeper', 'generate', '--check', '-o', 'a.mk'), 1, 'a.mk')
  assertDone(await host.run('hostkeeper', 'generate', '-o', 'a.mk'))
  assert.match(host.read('a.mk'), /^b: a$/m)
})

test('generate tells a mistake with file and line, and writes nothing', async (t) => {
  const host = hostkeeperHost(t, { 'isconf/tree/hosts.conf': '' })
  const generate = (): Promise<Run> => host.run('hostkeeper', 'generate', '-o', 'a.mk')
  assertRefused(await generate(), 22, host.path('isconf/tree/packages.d'))
  host.write('isconf/tree/packages.d/a.yaml', 'version: 1\nfiles:\n  - etc/nothing\n')
  assertRefused(await generate(), 22, 'packages.d/a.yaml:3: the tree has no files/etc/nothing')
  host.write('isconf/tree/files/etc/nothing.voyager', 'of one host\n')
  host.write('isconf/tree/packages.d/b.yaml', 'neds: [a]\n')
  assertRefused(await generate(), 22, 'packages.d/b.yaml:1: unknown key "neds"')
  assert.ok(!existsSync(host.path('a.mk')))
  host.write('isconf/tree/packages.d/b.yaml', 'needs: [a]\n')
  assertDone(await generate())
})
