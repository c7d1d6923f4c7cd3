/** A host that has its configuration tree, its packages and its code from the ISconf domain, and from no server. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Lab, type LabHost, until } from '../harness/lab.ts'
import { assertDone } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { treeHost, writeFiles } from './tree-host.ts'

const test = testWith('make')

const exech = fileURLToPath(new URL('../../dist/exech.js', import.meta.url))

/** As in Listing 2: a generic executor, whose target is the name of the package. */
const packages = `SHELL=/bin/sh
HOSTNAME=
PLATFORM=
PACKAGES=
PKGBANK=

all: $(PACKAGES)

Block00: foo-1.sh

foo-1.sh foo-2.sh:
\texech $(PKGBANK)/$@
\ttouch $@
`

test('PKGBANK of Listing 1 may be the daemon of the host itself: make fetches from it what another host has published', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  const keeper = treeHost(t)
  Object.assign(keeper.env, { IS_HOME: birch.home, IS_HOSTNAME: 'birch', HOSTKEEPER_SOURCE: 'isconf:/srv/config' })
  const { address } = (await birch.status()).bank
  writeFiles(alder.path('srv/config'), {
    'hosts.conf': `DEFAULT: PACKAGES=Block00 PKGBANK=${address} CVSROOT=:pserver:isro@isconf:/home/isconf/cvsroot\n`,
    'packages.conf': packages,
    'bin/exech': `#!/bin/sh\nexec ${process.execPath} ${exech} "$@"\n`,
  })
  alder.write('tmp/foo-1.sh', `#!/bin/sh\necho installed foo-1 >> ${keeper.directory}/installed\n`)
  await alder.does('lock', 'the site')
  await alder.does('snap', '/srv/config')
  await alder.does('bank', 'add', 'foo-1.sh')
  await alder.does('ci')
  await until(async () => (await birch.status()).pending > 0, 'birch has heard of it')

  assertDone(await keeper.run('update'))
  assertDone(await keeper.run('run'))
  assertDone(await keeper.run('run'))
  assert.equal(readFileSync(join(keeper.directory, 'installed'), 'utf8'), 'installed foo-1\n')
  assert.ok(existsSync(join(keeper.home, 'stamps/foo-1.sh')))
  const missing = await keeper.run('run', 'foo-2.sh')
  assert.notEqual(missing.status, 0)
  assert.match(`${missing.stdout}${missing.stderr}`, /foo-2\.sh/)
  assert.equal(existsSync(join(keeper.home, 'stamps/foo-2.sh')), false)
})
