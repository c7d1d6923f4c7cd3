/** apt and dpkg: they end with status 0 although they did nothing, and ask when nobody answers. */
import type { Invocation } from '../invocations.ts'
import type { CommandRow } from '../warning.ts'
import { hasFlag, operandsOf } from '../words.ts'
import { isDebFile, knowsConffiles, packageOf, withConffiles } from './conffiles.ts'

const apt = ['apt-get', 'apt', 'aptitude']
const aptWithWord = ['-o', '-t', '-c', '--option', '--target-release', '--default-release']
const installs = new Set(['install', 'reinstall', 'build-dep'])
const upgrades = new Set(['upgrade', 'dist-upgrade', 'full-upgrade', 'safe-upgrade'])

function verbAndNames({ words }: Invocation): readonly [verb: string, names: readonly string[]] {
  const [verb = '', ...names] = operandsOf(words, aptWithWord)
  return [verb, names]
}

/** Whether it only shows or fetches something. */
function isDryRun({ words }: Invocation): boolean {
  return hasFlag(words, '-s', '--simulate', '--dry-run', '--just-print', '-d', '--download-only', '--print-uris')
}

export const aptRows: readonly CommandRow[] = [
  {
    id: 'apt-update',
    programs: apt,
    finds: ({ words }) => operandsOf(words, aptWithWord)[0] === 'update' && !/Error-Mode=any/i.test(words.join(' ')),
    says: 'ends with 0 even if the lists could not be fetched, and the old ones are used',
    instead: 'apt-get -o APT::Update::Error-Mode=any update',
    flagged: [
      'apt-get update',
      'apt update -qq',
      'sh -c "apt-get update && apt-get -y install x"',
      'sudo apt-get update',
    ],
    silent: [
      'apt-get -o APT::Update::Error-Mode=any update',
      'apt-get install -y update-notifier-common',
      'echo apt-get update',
    ],
  },
  {
    id: 'apt-conffiles',
    programs: apt,
    finds: async (invocation, around) => {
      const [verb, names] = verbAndNames(invocation)
      if (isDryRun(invocation) || (await knowsConffiles(invocation, around))) return false
      if (upgrades.has(verb)) return 'packages that have them'
      return installs.has(verb) && withConffiles(names.map(packageOf), around)
    },
    says: (found) => `stops with 100 at the first configuration file of ${found} that was changed on the host`,
    instead: 'apt-get -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold …',
    flagged: [
      { line: 'apt-get install -y nginx-common', files: { '/var/lib/dpkg/info/nginx-common.conffiles': '' } },
      { line: 'apt-get -y install libc6=2.36-9', files: { '/var/lib/dpkg/info/libc6:amd64.conffiles': '' } },
      { line: 'apt-get install -y ./foo_1.2_all.deb', files: { '/var/lib/dpkg/info/foo.conffiles': '' } },
      'apt-get -y dist-upgrade',
      { line: 'apt-get install -y nginx', files: { '/var/lib/dpkg/info/nginx-common.conffiles': '=new' } },
    ],
    silent: [
      { line: 'apt-get install -y tree', files: { '/var/lib/dpkg/info/nginx-common.conffiles': '' } },
      {
        line: 'apt-get -o Dpkg::Options::=--force-confold install -y cron',
        files: { '/var/lib/dpkg/info/cron.conffiles': '' },
      },
      {
        line: 'apt-get install -y cron',
        files: { '/var/lib/dpkg/info/cron.conffiles': '', '/etc/dpkg/dpkg.cfg.d/local': 'force-confold\n' },
      },
      {
        line: 'apt-get install -y cron',
        files: { '/var/lib/dpkg/info/cron.conffiles': '' },
        environment: { DPKG_FORCE: 'confdef,confold' },
      },
      'apt-get -s dist-upgrade',
      { line: 'apt-get -y remove cron', files: { '/var/lib/dpkg/info/cron.conffiles': '' } },
    ],
  },
  {
    id: 'apt-asks',
    programs: apt,
    finds: (invocation) => {
      const [verb] = verbAndNames(invocation)
      const changes = installs.has(verb) || upgrades.has(verb) || /^(auto)?remove$|^(auto)?purge$/.test(verb)
      const answered =
        hasFlag(invocation.words, '-y', '--yes', '--assume-yes') || /-qq|-q=2/.test(invocation.words.join(' '))
      return changes && !answered && !isDryRun(invocation) && !/Assume-Yes=(true|1)/i.test(invocation.words.join(' '))
    },
    says: 'asks before it does more than was asked for, and stops with 1 if nobody answers',
    instead: 'the same with -y',
    flagged: ['apt-get install tree', 'apt remove --purge exim4', 'apt-get autoremove'],
    silent: [
      'apt-get install -y tree',
      'apt-get -yq install tree',
      'apt-get -qq install tree',
      'apt-get clean',
      'apt list',
    ],
  },
  {
    id: 'apt-frontend',
    programs: [...apt, 'dpkg'],
    finds: (invocation, { environment }) => {
      const { name, words, variables } = invocation
      if (variables['DEBIAN_FRONTEND'] !== undefined || environment['DEBIAN_FRONTEND'] !== undefined) return false
      if (name === 'dpkg') return hasFlag(words, '-i', '--install', '--configure')
      const [verb] = verbAndNames(invocation)
      return (installs.has(verb) || upgrades.has(verb)) && !isDryRun(invocation)
    },
    says: 'ends with 0 when a package asks a question, and stores an empty answer, which the next version then uses',
    instead: 'isconf exec env DEBIAN_FRONTEND=noninteractive …, or DEBIAN_FRONTEND in main.cf',
    flagged: [
      { line: 'apt-get install -y postfix', environment: {} },
      { line: 'dpkg -i /srv/foo.deb', environment: {} },
    ],
    silent: [
      'apt-get install -y postfix',
      { line: 'env DEBIAN_FRONTEND=noninteractive apt-get install -y postfix', environment: {} },
      { line: 'sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y postfix"', environment: {} },
      { line: 'dpkg -l', environment: {} },
    ],
  },
  {
    id: 'apt-newest',
    programs: apt,
    finds: (invocation) => upgrades.has(verbAndNames(invocation)[0]) && !isDryRun(invocation),
    says: 'installs what the archive has on the day of the replay, not what it has now',
    instead: 'apt-get install PACKAGE=VERSION, or an archive of your own that does not change',
    flagged: ['apt-get -y upgrade', 'apt full-upgrade -y'],
    silent: ['apt-get -y install upgrade-system', 'apt-get -s upgrade'],
  },
  {
    id: 'deb-same-version',
    programs: apt,
    finds: async (invocation, around, { cwd }) => {
      const [verb, names] = verbAndNames(invocation)
      if (!installs.has(verb) || hasFlag(invocation.words, '--reinstall')) return false
      for (const file of names.filter(isDebFile)) {
        if (
          file.includes('/') &&
          (await around.before(file.startsWith('/') ? file : `${cwd}/${file.replace(/^\.\//, '')}`))
        )
          return file
      }
      return false
    },
    says: (file) => `ends with 0 and installs nothing if a different ${file} of the same version is installed`,
    instead: 'a new version number, or apt-get install --reinstall',
    flagged: [{ line: 'apt-get install -y ./foo_1_all.deb', cwd: '/srv', changed: ['/srv/foo_1_all.deb'] }],
    silent: [
      { line: 'apt-get install -y ./foo_1_all.deb', cwd: '/srv' },
      { line: 'apt-get install -y --reinstall /srv/foo_1_all.deb', changed: ['/srv/foo_1_all.deb'] },
    ],
  },
  {
    id: 'add-apt-repository',
    programs: ['add-apt-repository', 'apt-add-repository'],
    finds: ({ words }) => !hasFlag(words, '-y', '--yes', '-L', '--list', '-h', '--help'),
    says: 'waits for ENTER, and gives up if nobody answers',
    instead: 'the same with -y',
    flagged: ['add-apt-repository ppa:nginx/stable', 'add-apt-repository universe'],
    silent: ['add-apt-repository -y universe', 'apt-add-repository --yes --update ppa:ansible/ansible'],
  },
]
