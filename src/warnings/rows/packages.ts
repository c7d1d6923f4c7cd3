/** dpkg itself, rpm and yum, and the package managers of languages. */
import type { CommandRow } from '../warning.ts'
import { hasFlag, operandsOf, optionValue } from '../words.ts'
import { knowsConffiles, packageOf, withConffiles } from './conffiles.ts'

export const packageRows: readonly CommandRow[] = [
  {
    id: 'dpkg-conffiles',
    programs: ['dpkg'],
    finds: async (invocation, around) => {
      const { words } = invocation
      if (await knowsConffiles(invocation, around)) return false
      if (hasFlag(words, '--configure')) return 'packages that have them'
      return hasFlag(words, '-i', '--install') && withConffiles(operandsOf(words).map(packageOf), around)
    },
    says: (found) => `stops with 1 at the first configuration file of ${found} that was changed on the host`,
    instead: 'dpkg --force-confdef --force-confold -i …',
    flagged: [
      { line: 'dpkg -i /srv/foo_1.2_all.deb', files: { '/var/lib/dpkg/info/foo.conffiles': '' } },
      'dpkg --configure -a',
    ],
    silent: [
      { line: 'dpkg --force-confold -i /srv/foo_1.2_all.deb', files: { '/var/lib/dpkg/info/foo.conffiles': '' } },
      'dpkg -i /srv/bar_1_all.deb',
      'dpkg -l foo',
    ],
  },
  {
    id: 'dpkg-selections',
    programs: ['dpkg'],
    finds: ({ words }) => hasFlag(words, '--set-selections'),
    says: 'ends with 0 and ignores packages that the host does not know yet',
    instead: 'apt-mark hold PACKAGE, which fails there',
    flagged: ['sh -c "echo foo hold | dpkg --set-selections"'],
    silent: ['dpkg --get-selections', 'apt-mark hold foo'],
  },
  {
    id: 'dpkg-reconfigure',
    programs: ['dpkg-reconfigure'],
    finds: ({ words, variables }, { environment }) =>
      !hasFlag(words, '-f', '--frontend') && !variables['DEBIAN_FRONTEND'] && !environment['DEBIAN_FRONTEND'],
    says: 'asks questions, and takes the end of its input for empty answers',
    instead: 'debconf-set-selections, then dpkg-reconfigure -f noninteractive PACKAGE',
    flagged: [{ line: 'dpkg-reconfigure tzdata', environment: {} }],
    silent: [{ line: 'dpkg-reconfigure -f noninteractive tzdata', environment: {} }, 'dpkg-reconfigure locales'],
  },
  {
    id: 'alternatives-file',
    programs: ['update-alternatives'],
    finds: async ({ words }, { host }) => {
      const link = optionValue(words, '--install')
      if (link === undefined || hasFlag(words, '--force')) return false
      const there = await host.look(link)
      return there !== undefined && there.kind !== 'symlink' && link
    },
    says: (link) => `ends with 0 and leaves ${link} alone, which is not a link of update-alternatives here`,
    instead: 'snap the removal of the file first (isconf snap --delete), or update-alternatives --force --install …',
    flagged: [
      { line: 'update-alternatives --install /usr/bin/edit edit /opt/edit1 10', files: { '/usr/bin/edit': 'x' } },
    ],
    silent: [
      {
        line: 'update-alternatives --install /usr/bin/edit edit /opt/e 10',
        files: { '/usr/bin/edit': '-> /etc/alternatives/edit' },
      },
      'update-alternatives --set editor /usr/bin/vim.basic',
    ],
  },
  {
    id: 'alternatives-asks',
    programs: ['update-alternatives', 'alternatives', 'select-editor'],
    finds: ({ name, words }) => name === 'select-editor' || hasFlag(words, '--config', '--all'),
    says: 'asks, and ends with 0 without doing anything if nobody answers',
    instead: 'update-alternatives --set NAME PATH',
    flagged: ['update-alternatives --config editor', 'select-editor'],
    silent: ['update-alternatives --set editor /usr/bin/vim.basic', 'update-alternatives --auto editor'],
  },
  {
    id: 'rpm-again',
    programs: ['rpm'],
    finds: ({ words }) => {
      const installs = words.some((word) => /^-[a-zA-Z]*[iU]/.test(word) && !/^-[a-zA-Z]*q/.test(word))
      const long = hasFlag(words, '--install', '--upgrade')
      // A kernel is installed beside the others.
      if (operandsOf(words).some((word) => /^(.*\/)?kernel-/.test(word))) return false
      return (
        (installs || long) &&
        !hasFlag(words, '--replacepkgs', '--force', '--test', '--import', '--query', '-q', '-V', '--eval')
      )
    },
    says: 'ends with 1 or 2 if exactly this version is installed, or if a part of it was installed before an interruption',
    instead: 'rpm -U --replacepkgs …, or dnf -y install ./FILE.rpm',
    flagged: ['rpm -i /srv/p-1-1.noarch.rpm', 'rpm -Uvh https://example.com/p-1-1.noarch.rpm'],
    silent: [
      'rpm -U --replacepkgs /srv/p-1-1.noarch.rpm',
      'rpm -qi bash',
      'rpm -ivh kernel-2.6.20-1.i686.rpm',
      'rpm --import /srv/key',
      'rpm -e p',
      'rpm -qpi x.rpm',
    ],
  },
  {
    id: 'rpm-freshen',
    programs: ['rpm'],
    finds: ({ words }) => hasFlag(words, '-F', '--freshen'),
    says: 'ends with 0 and does nothing if the package is not installed',
    instead: 'rpm -U --replacepkgs …',
    flagged: ['rpm -Fvh /srv/p-1-2.noarch.rpm'],
    silent: ['rpm -Uvh --replacepkgs /srv/p-1-2.noarch.rpm'],
  },
  {
    id: 'yum-asks',
    programs: ['yum', 'dnf', 'zypper'],
    finds: ({ name, words }) => {
      const [verb = ''] = operandsOf(words)
      const isChange = /^(in|install|localinstall|up|update|upgrade|dup|remove|rm|erase|groupinstall|reinstall)$/.test(
        verb,
      )
      const answered =
        name === 'zypper'
          ? hasFlag(words, '-n', '--non-interactive', '-y', '--no-confirm')
          : hasFlag(words, '-y', '--assumeyes')
      return isChange && !answered
    },
    says: 'asks if there is something to do, and stops if nobody answers',
    instead: 'the same with -y, or zypper -n',
    flagged: ['yum install httpd', 'dnf upgrade', 'zypper in nginx'],
    silent: [
      'yum -y install httpd',
      'dnf install -y nginx',
      'zypper -n in nginx',
      'yum clean all',
      'dnf config-manager --add-repo x',
    ],
  },
  {
    id: 'yum-newest',
    programs: ['yum', 'dnf', 'zypper'],
    finds: ({ words }) => {
      const [verb = '', ...names] = operandsOf(words)
      return /^(up|update|upgrade|dup|distro-sync)$/.test(verb) && names.length === 0
    },
    says: 'installs what the repositories have on the day of the replay, not what they have now',
    instead: 'dnf -y install PACKAGE-VERSION, or repositories of your own that do not change',
    flagged: ['yum -y update', 'zypper -n dup'],
    silent: ['yum -y update-minimal', 'dnf -y upgrade bash-5.2'],
  },
  {
    id: 'pip-same-version',
    programs: ['pip', 'pip3'],
    finds: async ({ words }, { before }, { cwd }) => {
      if (!words.includes('install') || hasFlag(words, '--force-reinstall', '-I', '--ignore-installed')) return false
      for (const file of operandsOf(words).filter((word) => word.endsWith('.whl'))) {
        if (await before(file.startsWith('/') ? file : `${cwd}/${file.replace(/^\.\//, '')}`)) return file
      }
      return false
    },
    says: (file) => `ends with 0 and installs nothing if a different ${file} of the same version is installed`,
    instead: 'a new version number, or pip install --force-reinstall --no-deps',
    flagged: [{ line: 'pip install /srv/t-1.0-py3-none-any.whl', changed: ['/srv/t-1.0-py3-none-any.whl'] }],
    silent: ['pip install /srv/t-1.0-py3-none-any.whl', 'pip install requests==2.32.3'],
  },
  {
    id: 'pip-asks',
    programs: ['pip', 'pip3'],
    finds: ({ words }) => operandsOf(words)[0] === 'uninstall' && !hasFlag(words, '-y', '--yes'),
    says: 'asks, and removes nothing if nobody answers',
    instead: 'pip uninstall -y …',
    flagged: ['pip uninstall requests'],
    silent: ['pip3 uninstall -y requests'],
  },
  {
    id: 'npm-folder',
    programs: ['npm'],
    finds: ({ words }) => {
      const [verb = '', ...names] = operandsOf(words, ['--prefix'])
      if (!/^(i|install|add)$/.test(verb) || !hasFlag(words, '-g', '--global', '--location=global')) return false
      if (hasFlag(words, '--install-links')) return false
      const folders = names.filter((name) => /^(\.|\/|~|file:)/.test(name) && !/\.t(ar\.)?gz$/.test(name))
      return folders.length === 0 && names.length > 0 ? false : (folders[0] ?? '.')
    },
    says: (folder) =>
      `ends with 0 and makes a link to ${folder}, which breaks when that is removed and leads nowhere on other hosts`,
    instead: 'npm pack it, and npm install -g ./NAME-VERSION.tgz; or npm install -g --install-links',
    flagged: ['npm install -g ./foo-1.2', 'npm i -g .', 'npm install --global /srv/tool'],
    silent: ['npm install -g ./foo-1.2.tgz', 'npm install -g pm2@5.4.2', 'npm install ./foo', 'npm ci'],
  },
]
