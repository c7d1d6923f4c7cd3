/** Stanzas of Listing 2 with the programs that it names: the real make, isync and exech. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, type Run } from '../harness/run.ts'
import { unlessThere } from '../support/tools.ts'
import { type HostkeeperHost, homeOfSteps, hostkeeperHost } from './host.ts'

const skip = unlessThere('make')
const listing = readFileSync(fileURLToPath(new URL('listings/packages.conf', import.meta.url)), 'utf8')
const recorder = '#!/bin/sh\necho "$(basename "$0") $*" >> "$HOME/calls"\n'

/** The host scramjet with these PACKAGES, and a server for PKGBANK. */
async function listingHost(t: TestContext, packages: string, bank: Readonly<Record<string, string>> = {}) {
  const server = createServer(({ url }, response) => {
    const text = bank[url?.replace('/pkgbank/', '') ?? '']
    response.statusCode = text === undefined ? 404 : 200
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pkgbank`
  const stubs = ['rpm', 'service', 'chkconfig', 'ntpdate'].map((name) => [`isconf/tree/bin/${name}`, recorder] as const)
  return hostkeeperHost(t, {
    'isconf/tree/hosts.conf': `DEFAULT: PACKAGES="${packages}" PKGBANK=${url}\n`,
    'isconf/tree/packages.conf': listing,
    'isconf/tree/conf/linux.mk': homeOfSteps,
    'isconf/tree/bin/platform': '#!/bin/sh\necho linux_2.2.17-14_i686\n',
    // The listing links in /etc itself.
    'isconf/tree/bin/ln': '#!/bin/sh\ncommand -p ln "$1" "$2" "$HOSTKEEPER_ROOT$3"\n',
    ...Object.fromEntries(stubs),
    'isconf/tree/files/etc/ntp.conf': 'server ntp1\n',
    'isconf/tree/files/etc/rc.d/init.d/ntpclock': '#!/bin/sh\n# ntpclock\n',
    'root/etc/keep': '',
    'isconf/stamps/ntp-4.0.99k-15': '',
  })
}

const boot = (host: HostkeeperHost): Promise<Run> => host.run('hostkeeper', 'run', 'BOOT')
const calls = (host: HostkeeperHost): string => host.read('calls')

test('K056: foo is fetched by exech from PKGBANK and run, once', { skip }, async (t) => {
  const host = await listingHost(t, 'foo', { foo: '#!/bin/sh\necho foo >> "$HOME/calls"\n' })
  assertDone(await boot(host))
  assertDone(await boot(host))
  assert.equal(calls(host), 'foo\n')
  assert.ok(readdirSync(host.path('isconf/stamps')).includes('foo'))
})

test('K056: a script that fails stops the run with its status, and leaves no stamp', { skip }, async (t) => {
  const host = await listingHost(t, 'foo etc/ntp.conf', { foo: 'exit 5\n' })
  const run = await boot(host)
  assert.equal(run.status, 2)
  assert.match(run.stderr + run.stdout, /Error 5/)
  assert.ok(!readdirSync(host.path('isconf/stamps')).includes('foo'))
  assert.ok(!readdirSync(host.path('root/etc')).includes('ntp.conf'))
})

test('K058: etc/ntp.conf is installed by isync -o at each run, over what was changed, and leaves no stamp', {
  skip,
}, async (t) => {
  const host = await listingHost(t, 'etc/ntp.conf')
  assertDone(await boot(host))
  assert.equal(host.read('root/etc/ntp.conf'), 'server ntp1\n')
  host.write('root/etc/ntp.conf', 'by hand\n')
  assertDone(await boot(host))
  assert.equal(host.read('root/etc/ntp.conf'), 'server ntp1\n')
  assert.equal(calls(host), 'service ntpd restart\nservice ntpd restart\n')
  assert.deepEqual(
    readdirSync(host.path('isconf/stamps'), { recursive: true }).filter((name) => String(name).includes('ntp.conf')),
    [],
  )
})

test('K062: t7a-ntp-conf runs its script and links the file of this host; the next version is done once more', {
  skip,
}, async (t) => {
  const script = (version: number): string => `echo t7a ${version} >> "$HOME/calls"\n`
  const bank = { 't7a-ntp-conf-1.0-1.sh': script(1), 't7a-ntp-conf-1.0-2.sh': script(2) }
  const host = await listingHost(t, 't7a-ntp-conf-1.0-1.sh', bank)
  assertDone(await boot(host))
  assertDone(await boot(host))
  assert.equal(calls(host), 't7a 1\nservice ntpd restart\n')
  assert.equal(readlinkSync(host.path('root/etc/ntp.conf')), '/etc/ntp.conf.scramjet.example.com')
  const hostsConf = host.read('isconf/tree/hosts.conf')
  host.write('isconf/tree/hosts.conf', hostsConf.replace('1.0-1.sh', '1.0-2.sh'))
  assertDone(await boot(host))
  assert.equal(calls(host), 't7a 1\nservice ntpd restart\nt7a 2\nservice ntpd restart\n')
})

test('K002: new hosts do the same in the same order, also where the environment asks make for many jobs at once', {
  skip,
}, async (t) => {
  const orders: string[] = []
  for (const MAKEFLAGS of ['', '-j8', 'k']) {
    const host = await listingHost(t, 'Block00 cvs-1.11-3 etc/ntp.conf')
    assertDone(await host.begin(['hostkeeper', 'run', 'BOOT'], { MAKEFLAGS }).done)
    orders.push(calls(host).replaceAll(/http:[^ ]*pkgbank/g, 'PKGBANK'))
  }
  assert.ok((orders[0]?.split('\n').length ?? 0) > 10)
  assert.equal(orders[1], orders[0])
  assert.equal(orders[2], orders[0])
})

test('K065: ntpclock-2 installs a program by isync, with the mode that it has in the tree', { skip }, async (t) => {
  const host = await listingHost(t, 'ntpclock-2')
  assertDone(await boot(host))
  assert.equal(statSync(host.path('root/etc/rc.d/init.d/ntpclock')).mode & 0o777, 0o755)
  assert.equal(calls(host), 'chkconfig --add ntpclock\nservice ntpd restart\n')
})
