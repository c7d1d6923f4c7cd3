/** The package for Fedora, RHEL, SUSE and their kin, by rpmbuild(8): of any architecture on any machine. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../build.ts'
import { description, epoch, fillContent, packageVersion, type Release, setTimes, summary } from './content.ts'
import { architectures } from './runtime.ts'
import { inStage } from './stage.ts'

const places = {
  zsh: 'usr/share/zsh/site-functions',
  // These systems have no place for init scripts any more.
  init: 'usr/share/doc/isconf/examples/isconf.init',
}

/** Directories that other packages have, too: ours are named instead of what is above them. */
const ownDirectories = /^(etc\/is|usr\/lib\/isconf|usr\/share\/doc\/isconf)($|\/)/

/** What makes two builds alike, and keeps the scripts of the machine that builds away from the files. */
const fixedMacros = {
  _buildhost: 'localhost',
  use_source_date_epoch_as_buildtime: '1',
  __os_install_post: '%{nil}',
  debug_package: '%{nil}',
  _build_id_links: 'none',
  _binary_filedigest_algorithm: '8',
  vendor: '%{nil}',
  distribution: '%{nil}',
  optflags: '%{nil}',
}

/** Makes the package in a directory; its path. Without compression it is made in a fifth of the time. */
export function makeRpm(directory: string, release: Release, compression: 'xz' | 'none' = 'xz'): Promise<string> {
  return inStage(async (work) => {
    const version = packageVersion(release.version)
    const { uname } = architectures[release.architecture]
    const files = join(work, 'files')
    await fillContent(files, release, places)
    setTimes(files)
    writeFileSync(join(work, 'isconf.spec'), spec(version, files))
    const macros = {
      ...fixedMacros,
      _topdir: join(work, 'build'),
      _rpmdir: join(work, 'made'),
      _rpmfilename: 'isconf.rpm',
      _binary_payload: compression === 'xz' ? 'w6.xzdio' : 'w.ufdio',
    }
    const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`])
    const words = ['-bb', '--quiet', '--target', `${uname}-linux`, ...defines, join(work, 'isconf.spec')]
    execFileSync('rpmbuild', words, { env: { ...process.env, SOURCE_DATE_EPOCH: epoch() }, stdio: 'pipe' })
    const path = join(directory, `isconf-${version}-1.${uname}.rpm`)
    copyFileSync(join(work, 'made/isconf.rpm'), path)
    return path
  })
}

function spec(version: string, files: string): string {
  return `Name: isconf
Version: ${version}
Release: 1
Summary: ${summary}
License: Apache-2.0 AND MIT
# What the runtime asks of the libraries it is linked with.
AutoReqProv: no
Requires: libc.so.6(GLIBC_2.28)(64bit), libgcc_s.so.1(GCC_3.0)(64bit), libstdc++.so.6(CXXABI_1.3.11)(64bit), /bin/sh

%description
${description}
%install
cp -a ${files}/. %{buildroot}

%files
${fileList(files).join('\n')}
${['post', 'preun', 'postun'].map(scriptlet).join('')}`
}

/** Every file by its name, and the directories that are only ours. */
function fileList(files: string): readonly string[] {
  const entries = readdirSync(files, { recursive: true, withFileTypes: true })
  const lines = entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name).slice(files.length + 1)
    if (!entry.isDirectory()) return [`%attr(-, root, root) "/${path}"`]
    return ownDirectories.test(path) ? [`%dir %attr(-, root, root) "/${path}"`] : []
  })
  return lines.sort()
}

function scriptlet(name: string): string {
  return `\n%${name}\n${readFileSync(join(root, 'packaging/rpm', name), 'utf8').replaceAll('%', '%%')}`
}
