/** Packages of the system, a Perl script and a shell script under one makefile, on a root of their own. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { assertDone, begin } from '../harness/run.ts'
import { unlessRootHas } from '../support/tools.ts'
import { type HostkeeperHost, homeOfSteps, hostkeeperHost } from './host.ts'

/** Builds tiny_VERSION_all.deb in the directory; its name. */
async function makeDeb(host: HostkeeperHost, version: string, directory: string): Promise<string> {
  host.write(
    'pkg/DEBIAN/control',
    `Package: tiny\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@localhost>\nDescription: tiny\n`,
  )
  host.write('pkg/usr/share/tiny/version', `${version}\n`)
  const name = `tiny_${version}_all.deb`
  mkdirSync(host.path(directory), { recursive: true })
  const argv = [
    'dpkg-deb',
    '--root-owner-group',
    '-Zgzip',
    '--build',
    host.path('pkg'),
    host.path(`${directory}/${name}`),
  ]
  assertDone(await begin(argv, { cwd: host.directory, env: host.env }).done)
  rmSync(host.path('pkg'), { recursive: true })
  return name
}

/** A root with an empty dpkg. */
function packagesHost(
  t: Parameters<typeof hostkeeperHost>[0],
  files: Readonly<Record<string, string>>,
): HostkeeperHost {
  const host = hostkeeperHost(t, {
    'isconf/tree/bin/platform': '#!/bin/sh\necho linux_6.1_x86_64\n',
    'isconf/tree/conf/linux.mk': homeOfSteps,
    ...files,
  })
  for (const name of ['var/lib/dpkg/updates', 'var/lib/dpkg/info'])
    mkdirSync(host.path(`root/${name}`), { recursive: true })
  host.write('root/var/lib/dpkg/status', '')
  return host
}

const dpkgMakefile = `all: $(PACKAGES)

Block00: tiny-1.0-1 said-1.pl

tiny-1.0-1 tiny-1.0-2:
	isync var/cache/site/$(subst tiny-,tiny_,$@)_all.deb
	dpkg --root=$(HOSTKEEPER_ROOT) -i $(HOSTKEEPER_ROOT)/var/cache/site/$(subst tiny-,tiny_,$@)_all.deb
	echo dpkg $@ >> $(HOME)/order
	touch $@

said-1.pl: greeting-1.sh
	exech $(PKGBANK)/$@ one two
	touch $@

greeting-1.sh: tiny-1.0-1
	exech $(PKGBANK)/$@
	touch $@
`

test('K004: one makefile coordinates dpkg, a shell script and a Perl script, each once, and an upgrade by its new name', {
  skip: unlessRootHas('make', 'dpkg', 'dpkg-deb', 'perl'),
}, async (t) => {
  const host = packagesHost(t, {
    'isconf/tree/packages.conf': dpkgMakefile,
    'bank/greeting-1.sh': 'echo "sh $(cat "$HOSTKEEPER_ROOT/usr/share/tiny/version")" >> "$HOME/order"\n',
    'bank/said-1.pl': '#!/usr/bin/perl\nopen my $f, ">>", "$ENV{HOME}/order" or die; print $f "perl @ARGV\\n";\n',
  })
  const hostsConf = `DEFAULT: PACKAGES=Block00 PKGBANK=file://${host.path('bank')}\n`
  host.write('isconf/tree/hosts.conf', hostsConf)
  await makeDeb(host, '1.0-1', 'isconf/tree/files/var/cache/site')
  await makeDeb(host, '1.0-2', 'isconf/tree/files/var/cache/site')
  const expected = 'dpkg tiny-1.0-1\nsh 1.0-1\nperl one two\n'
  for (let times = 0; times < 2; times += 1) {
    assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
    assert.equal(host.read('order'), expected)
  }
  assert.match(host.read('root/var/lib/dpkg/status'), /^Package: tiny\nStatus: install ok installed$/m)
  host.write('isconf/tree/hosts.conf', hostsConf.replace('Block00', '"Block00 tiny-1.0-2"'))
  assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
  assert.equal(host.read('order'), `${expected}dpkg tiny-1.0-2\n`)
  assert.equal(host.read('root/usr/share/tiny/version'), '1.0-2\n')
})

const aptMakefile = `all: $(PACKAGES)

APT = apt-get -qq -c $(HOME)/apt.conf

update-1:
	$(APT) update
	touch $@

tiny-1.0-1: update-1
	$(APT) -y install $(subst tiny-,tiny=,$@)
	touch $@
`

test('apt installs a package of a repository, once', {
  skip: unlessRootHas('make', 'apt-get', 'dpkg-deb'),
}, async (t) => {
  const host = packagesHost(t, {
    'isconf/tree/packages.conf': aptMakefile,
    'isconf/tree/hosts.conf': 'DEFAULT: PACKAGES=tiny-1.0-1\n',
  })
  const name = await makeDeb(host, '1.0-1', 'repository')
  const bytes = readFileSync(host.path(`repository/${name}`))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const { size } = statSync(host.path(`repository/${name}`))
  const control = 'Package: tiny\nVersion: 1.0-1\nArchitecture: all\nMaintainer: A <a@localhost>\nDescription: tiny\n'
  writeFileSync(host.path('repository/Packages'), `${control}Filename: ./${name}\nSize: ${size}\nSHA256: ${sha256}\n`)
  const root = host.path('root')
  host.write('root/etc/apt/sources.list', `deb [trusted=yes] file:${host.path('repository')} ./\n`)
  for (const one of [
    'var/lib/apt/lists/partial',
    'var/cache/apt/archives/partial',
    'var/log/apt',
    'etc/apt/preferences.d',
  ])
    mkdirSync(`${root}/${one}`, { recursive: true })
  host.write(
    'apt.conf',
    `Dir "${root}";\nDir::State::status "${root}/var/lib/dpkg/status";\nDir::Bin::dpkg "/usr/bin/dpkg";\nDPkg::Options { "--root=${root}"; };\nAPT::Sandbox::User "root";\n`,
  )
  assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
  assert.equal(host.read('root/usr/share/tiny/version'), '1.0-1\n')
  rmSync(host.path('repository'), { recursive: true })
  assertDone(await host.run('hostkeeper', 'run', 'BOOT'))
  assert.ok(readdirSync(host.path('isconf/stamps')).includes('tiny-1.0-1'))
})
