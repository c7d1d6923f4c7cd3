/** Trees in the layouts of other tools of this kind: isconf 2 (conf/main.mk, conf/OS.mk) and decomk. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { type HostkeeperHost, hostkeeperHost } from './host.ts'

const test = testWith('make')

const trees = fileURLToPath(new URL('trees/', import.meta.url))

/** A host with one of these trees, on a platform of this word; `say` notes its words. */
function hostWith(t: TestContext, tree: string, platform = 'linux_2.4.18_i686'): HostkeeperHost {
  const host = hostkeeperHost(t, {
    'bin/say': '#!/bin/sh\necho "$*" >> "$ISCONFDIR/../said"\n',
  })
  cpSync(join(trees, tree), host.path('isconf/tree'), { recursive: true })
  host.write('isconf/tree/bin/platform', `#!/bin/sh\necho ${platform}\n`)
  return host
}

/** What was said by a run of these words on the host of this name. */
async function said(host: HostkeeperHost, name: string, words: readonly string[], env = {}): Promise<string[]> {
  const path = host.path('said')
  rmSync(path, { force: true })
  assertDone(await host.begin(['hostkeeper', 'run', ...words], { IS_HOSTNAME: name, ...env }).done)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

test('a tree of isconf 2, whose main.mk includes conf/OS.mk with its rules, is sound', async (t) => {
  const host = hostWith(t, 'isconf-2')
  const run = await host.run('hostkeeper', 'lint')
  assert.deepEqual([run.stdout, run.status], ['', 0], run.stderr)
})

test('a tree of isconf 2 does what its actions say, by platform, macro and exclusion', async (t) => {
  const linux = hostWith(t, 'isconf-2')
  assert.deepEqual(await said(linux, 'kirk', ['INSTALL']), [
    'rpm -Uvh openssh-2.5.2.i686.rpm',
    'rpm -Uvh tcsh-6.10.i686.rpm',
    'sfdisk /dev/sda',
  ])
  const boot = ['ntp: ntp7 ntp8', 'welcome to kirk', 'users', 'mount home, PST8PDT', 'chkconfig monitor on']
  assert.deepEqual(await said(linux, 'kirk', ['BOOT']), boot)
  assert.deepEqual(await said(linux, 'kirk', ['BOOT']), [])
  assert.deepEqual(await said(linux, 'kirk', ['CRON']), ['tidy'])
  const [, , third] = await said(hostWith(t, 'isconf-2'), 'mulder', ['INSTALL', 'CFCLUSTER'])
  assert.equal(third, 'rpm -Uvh heartbeat-1.0.i686.rpm')
  const backup = await said(hostWith(t, 'isconf-2'), 'scully', ['BOOT'])
  assert.deepEqual(backup.slice(-2), ['pool pool0', 'backup server of scully'])
  assert.deepEqual(await said(linux, 'spock', ['BOOT']), [])
  const aix = await said(hostWith(t, 'isconf-2', 'aix_5.1_powerpc'), 'kirk', ['BOOT'])
  assert.deepEqual(aix.slice(0, 1), ['installp -a openssh.base.server'])
  assert.deepEqual(aix.slice(-2), ['mkdev ent2', 'mkitab monitor'])
  const usage = await linux.begin(['hostkeeper', 'run'], { IS_HOSTNAME: 'kirk' }).done
  assert.match(usage.stdout, /^usage: hostkeeper run/m)
})

test('lint finds what is wrong in any conf/OS.mk that is included, and in no other platform’s name', async (t) => {
  const host = hostWith(t, 'isconf-2')
  const aix = host.path('isconf/tree/conf/aix.mk')
  const text = readFileSync(aix, 'utf8')
  writeFileSync(aix, text.replace('etherchannel:', 'ether-channel:'))
  assert.match(
    (await host.run('hostkeeper', 'lint')).stdout,
    /conf\/aix\.mk:13: error: "monitor" needs "etherchannel", which is not a target; did you mean ether-channel\?/,
  )
  writeFileSync(aix, `${text}oops\n`)
  assert.match((await host.run('hostkeeper', 'lint')).stdout, /conf\/aix\.mk:24: error: missing separator/)
  writeFileSync(aix, text)
  const hosts = host.read('isconf/tree/hosts.conf').replace('nfs_home', 'nfs_homes')
  host.write('isconf/tree/hosts.conf', hosts)
  assert.match((await host.run('hostkeeper', 'lint')).stdout, /BOOT names "nfs_homes", which is not a target/)
})

test('what only looks remakes no makefile of the tree, whether it is out of date or not there; a run does', async (t) => {
  const rule = '$(D)part.mk: $(D)part.in\n\tcp $< $@; echo remade >> $(ISCONFDIR)/../said\n'
  const packages = `D = $(dir $(MAKEFILE))\n-include $(D)part.mk\nall: $(PACKAGES)\na:\n\techo $(PART) > $@\n${rule}`
  const host = hostkeeperHost(t, {
    'isconf/tree/hosts.conf': 'DEFAULT: PACKAGES=a\n',
    'isconf/tree/packages.conf': packages,
    'isconf/tree/part.in': 'PART = new\n',
  })
  for (const out of ['missing', 'old']) {
    if (out === 'old') host.write('isconf/tree/part.mk', 'PART = old\n')
    if (out === 'old') utimesSync(host.path('isconf/tree/part.mk'), 1, 1)
    for (const words of [['lint'], ['plan'], ['status'], ['clean'], ['run', '-n']]) {
      assertDone(await host.run('hostkeeper', ...words))
      assert.equal(existsSync(host.path('said')), false, `${words} remade what was ${out}`)
    }
  }
  assert.match((await host.run('hostkeeper', 'plan')).stdout, /echo old/)
  assertDone(await host.run('hostkeeper', 'run'))
  assert.equal(host.read('isconf/stamps/a'), 'new\n')
})

test('a tree of decomk, with one shell a recipe and a prefix of its own, is sound and does what its contexts say', async (t) => {
  const host = hostWith(t, 'decomk')
  const lint = await host.run('hostkeeper', 'lint')
  assert.equal(lint.status, 0, lint.stdout)
  assert.deepEqual(await said(host, 'workbench', ['updateContent']), [
    'hello from workbench',
    'apt-get install jq.1.7.1',
    'apt-get install curl.8.5.0',
    'apt-get install openbox.3.6.1',
  ])
  assert.deepEqual(await said(host, 'workbench', ['updateContent', 'postCreate']), ['greet'])
  const other = hostWith(t, 'decomk')
  const refused = await other.begin(['hostkeeper', 'run', 'updateContent'], { IS_HOSTNAME: 'workbench', GUI: '0' }).done
  assert.match(refused.stdout, /a desktop without GUI/)
  assert.equal(refused.status, 2)
})
