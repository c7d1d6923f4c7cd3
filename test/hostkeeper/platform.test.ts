/** The platform detector, on machines that a stub of uname makes up, in the shells that it may meet. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ran, unlessThere } from '../support/tools.ts'

const platform = fileURLToPath(new URL('../../packaging/platform', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'isconf-platform-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const shells = [
  { name: 'dash', argv: ['dash'] },
  { name: 'bash', argv: ['bash', '--posix'] },
  { name: 'busybox', argv: ['busybox', 'sh'] },
]

interface Machine {
  /** What uname prints, by its option; it fails for every other. */
  readonly uname: Readonly<Record<string, string>>
  /** Other programs that say something about the machine: what each prints. */
  readonly programs?: Readonly<Record<string, string>>
  /** Its os-release; none when absent. */
  readonly osRelease?: string
}

interface Expected {
  readonly word: string
  /** Of -s, -r, -d, -v and -m. */
  readonly parts: readonly [string, string, string, string, string]
}

let machines = 0

/** The environment in which a program finds itself on that machine. */
function environmentOf({ uname, programs = {}, osRelease }: Machine): NodeJS.ProcessEnv {
  machines += 1
  const directory = mkdtempSync(join(scratch, `${machines}-`))
  const cases = Object.entries(uname).map(([option, text]) => `${option}) echo '${text}' ;;`)
  const stubs = {
    // Several at once are said in one line, in the order of uname, which is that in which they are asked.
    uname: `for option do\ncase "$option" in\n${cases.join('\n')}\n*) echo "uname: illegal option $option" >&2; exit 1 ;;\nesac\ndone | paste -s -d ' ' -`,
    // A machine that has none must not be told that of the machine that tests.
    isainfo: 'exit 1',
    sw_vers: 'exit 1',
    ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [name, `echo '${text}'`])),
  }
  for (const [name, script] of Object.entries(stubs)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(directory, name), 0o755)
  }
  const file = join(directory, 'os-release')
  if (osRelease !== undefined) writeFileSync(file, osRelease)
  return { ...process.env, PATH: `${directory}:/usr/bin:/bin`, PLATFORM_OS_RELEASE: file }
}

interface Said {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

function run(shell: readonly string[], machine: Machine, ...words: readonly string[]): Said {
  const [program = '', ...before] = shell
  const env = environmentOf(machine)
  const { status, stdout, stderr } = spawnSync(program, [...before, platform, ...words], { env, encoding: 'utf8' })
  // bash says so when a locale is not installed.
  return { status, out: stdout, err: stderr.replaceAll(/.*setlocale:.*\n/g, '') }
}

/** The same in every shell. */
async function inEachShell(
  t: TestContext,
  check: (said: (machine: Machine, ...words: readonly string[]) => Said) => void,
): Promise<void> {
  for (const { name, argv } of shells) {
    await t.test(name, { skip: unlessThere(name) }, () => check((machine, ...words) => run(argv, machine, ...words)))
  }
}

function assertIs(said: (...words: readonly string[]) => Said, { word, parts }: Expected): void {
  assert.deepEqual(said(), { status: 0, out: `${word}\n`, err: '' })
  assert.deepEqual(said('-s', '-r', '-d', '-v', '-m'), { status: 0, out: `${parts.join('\n')}\n`, err: '' })
}

const machineTests: Readonly<Record<string, Machine & Expected>> = {
  'Red Hat Linux 6.2 of the paper, without os-release': {
    uname: { '-s': 'Linux', '-r': '2.2.17-14', '-m': 'i686', '-p': 'unknown', '-v': '#1 Mon Feb 5 16:02:20 EST 2001' },
    word: 'linux_2.2.17-14_i686',
    parts: ['linux', '2.2.17-14', 'linux', '2.2.17-14', 'i686'],
  },
  'IRIX of the paper': {
    uname: { '-s': 'IRIX', '-r': '6.2', '-m': 'IP22', '-p': 'mips', '-v': '03131015' },
    word: 'irix_6.2_mips',
    parts: ['irix', '6.2', 'irix', '6.2', 'mips'],
  },
  'IRIX with a kernel of 64 bits': {
    uname: { '-s': 'IRIX64', '-r': '6.5', '-m': 'IP30', '-p': 'mips', '-v': '07202013' },
    word: 'irix_6.5_mips',
    parts: ['irix', '6.5', 'irix', '6.5', 'mips'],
  },
  'Solaris 8 on an UltraSPARC': {
    uname: { '-s': 'SunOS', '-r': '5.8', '-m': 'sun4u', '-p': 'sparc', '-v': 'Generic_108528-29' },
    programs: { isainfo: 'sparcv9' },
    word: 'sunos_5.8_sparc',
    parts: ['sunos', '5.8', 'sunos', '5.8', 'sparc'],
  },
  'Solaris 10 on a T5220': {
    uname: { '-s': 'SunOS', '-r': '5.10', '-m': 'sun4v', '-p': 'sparc', '-v': 'Generic_147147-26' },
    word: 'sunos_5.10_sparc',
    parts: ['sunos', '5.10', 'sunos', '5.10', 'sparc'],
  },
  'Solaris 7 on a PC': {
    uname: { '-s': 'SunOS', '-r': '5.7', '-m': 'i86pc', '-p': 'i386', '-v': 'Generic_106542-23' },
    word: 'sunos_5.7_i386',
    parts: ['sunos', '5.7', 'sunos', '5.7', 'i386'],
  },
  'Solaris 11.4 on a PC of 64 bits': {
    uname: { '-s': 'SunOS', '-r': '5.11', '-m': 'i86pc', '-p': 'i386', '-v': '11.4.0.15.0' },
    programs: { isainfo: 'amd64' },
    osRelease: 'NAME="Oracle Solaris"\nPRETTY_NAME="Oracle Solaris 11.4"\nID=solaris\nVERSION=11.4\nVERSION_ID=11.4\n',
    word: 'sunos_5.11_amd64',
    parts: ['sunos', '5.11', 'solaris', '11.4', 'amd64'],
  },
  'AIX, whose uname -m names the one machine': {
    uname: { '-s': 'AIX', '-r': '2', '-v': '7', '-m': '00F6050A4C00', '-p': 'powerpc' },
    word: 'aix_7.2_powerpc',
    parts: ['aix', '7.2', 'aix', '7.2', 'powerpc'],
  },
  'AIX without uname -p': {
    uname: { '-s': 'AIX', '-r': '3', '-v': '4', '-m': '000105334C00' },
    word: 'aix_4.3_powerpc',
    parts: ['aix', '4.3', 'aix', '4.3', 'powerpc'],
  },
  'HP-UX on PA-RISC': {
    uname: { '-s': 'HP-UX', '-r': 'B.11.11', '-m': '9000/785', '-v': 'U' },
    word: 'hp-ux_B.11.11_hppa',
    parts: ['hp-ux', 'B.11.11', 'hp-ux', 'B.11.11', 'hppa'],
  },
  'HP-UX on Itanium': {
    uname: { '-s': 'HP-UX', '-r': 'B.11.31', '-m': 'ia64', '-v': 'U' },
    word: 'hp-ux_B.11.31_ia64',
    parts: ['hp-ux', 'B.11.31', 'hp-ux', 'B.11.31', 'ia64'],
  },
  'FreeBSD 4, which has no os-release': {
    uname: { '-s': 'FreeBSD', '-r': '4.11-RELEASE', '-m': 'i386', '-p': 'i386' },
    word: 'freebsd_4.11-RELEASE_i386',
    parts: ['freebsd', '4.11-RELEASE', 'freebsd', '4.11-RELEASE', 'i386'],
  },
  'FreeBSD 13': {
    uname: { '-s': 'FreeBSD', '-r': '13.2-RELEASE-p3', '-m': 'amd64', '-p': 'amd64' },
    osRelease: 'NAME=FreeBSD\nVERSION="13.2-RELEASE-p3"\nVERSION_ID="13.2"\nID=freebsd\nANSI_COLOR="0;31"\n',
    word: 'freebsd_13.2-RELEASE-p3_amd64',
    parts: ['freebsd', '13.2-RELEASE-p3', 'freebsd', '13.2', 'amd64'],
  },
  'NetBSD, whose uname -m names the port': {
    uname: { '-s': 'NetBSD', '-r': '9.3', '-m': 'sgimips', '-p': 'mipseb' },
    word: 'netbsd_9.3_mipseb',
    parts: ['netbsd', '9.3', 'netbsd', '9.3', 'mipseb'],
  },
  OpenBSD: {
    uname: { '-s': 'OpenBSD', '-r': '7.4', '-m': 'macppc', '-p': 'powerpc' },
    word: 'openbsd_7.4_powerpc',
    parts: ['openbsd', '7.4', 'openbsd', '7.4', 'powerpc'],
  },
  'macOS on Apple silicon': {
    uname: { '-s': 'Darwin', '-r': '23.4.0', '-m': 'arm64', '-p': 'arm' },
    programs: { sw_vers: '14.4.1' },
    word: 'darwin_23.4.0_arm64',
    parts: ['darwin', '23.4.0', 'macos', '14.4.1', 'arm64'],
  },
  'Mac OS X on a Power Mac': {
    uname: { '-s': 'Darwin', '-r': '8.11.0', '-m': 'Power Macintosh', '-p': 'powerpc' },
    programs: { sw_vers: '10.4.11' },
    word: 'darwin_8.11.0_powerpc',
    parts: ['darwin', '8.11.0', 'macos', '10.4.11', 'powerpc'],
  },
  'Darwin without macOS': {
    uname: { '-s': 'Darwin', '-r': '8.0.1', '-m': 'x86' },
    word: 'darwin_8.0.1_x86',
    parts: ['darwin', '8.0.1', 'darwin', '8.0.1', 'x86'],
  },
  'Debian 12': {
    uname: { '-s': 'Linux', '-r': '6.1.0-18-amd64', '-m': 'x86_64', '-p': 'unknown' },
    osRelease:
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    word: 'linux_6.1.0-18-amd64_x86_64',
    parts: ['linux', '6.1.0-18-amd64', 'debian', '12', 'x86_64'],
  },
  'Debian that is not released yet, on ARM': {
    uname: { '-s': 'Linux', '-r': '6.7.9-arm64', '-m': 'aarch64' },
    osRelease: 'NAME="Debian GNU/Linux"\nVERSION_CODENAME=trixie\nID=debian\n',
    word: 'linux_6.7.9-arm64_aarch64',
    parts: ['linux', '6.7.9-arm64', 'debian', 'trixie', 'aarch64'],
  },
  'Ubuntu on a Raspberry Pi of 32 bits': {
    uname: { '-s': 'Linux', '-r': '5.15.0-1045-raspi', '-m': 'armv7l', '-p': 'armv7l' },
    osRelease: 'PRETTY_NAME="Ubuntu 22.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n',
    word: 'linux_5.15.0-1045-raspi_armv7l',
    parts: ['linux', '5.15.0-1045-raspi', 'ubuntu', '22.04', 'armv7l'],
  },
  'Red Hat Enterprise Linux 9': {
    uname: { '-s': 'Linux', '-r': '5.14.0-362.8.1.el9_3.x86_64', '-m': 'x86_64', '-p': 'x86_64' },
    osRelease: 'NAME="Red Hat Enterprise Linux"\nVERSION="9.3 (Plow)"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.3"\n',
    word: 'linux_5.14.0-362.8.1.el9-3.x86-64_x86_64',
    parts: ['linux', '5.14.0-362.8.1.el9-3.x86-64', 'rhel', '9.3', 'x86_64'],
  },
  'Alpine, whose uname knows no -p': {
    uname: { '-s': 'Linux', '-r': '6.6.14-0-virt', '-m': 'x86_64' },
    osRelease: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n',
    word: 'linux_6.6.14-0-virt_x86_64',
    parts: ['linux', '6.6.14-0-virt', 'alpine', '3.19.1', 'x86_64'],
  },
  'Arch Linux, which has no versions': {
    uname: { '-s': 'Linux', '-r': '6.7.9-arch1-1', '-m': 'x86_64' },
    osRelease: 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n',
    word: 'linux_6.7.9-arch1-1_x86_64',
    parts: ['linux', '6.7.9-arch1-1', 'arch', 'rolling', 'x86_64'],
  },
  'Void Linux, which says nothing at all of a version': {
    uname: { '-s': 'Linux', '-r': '6.6.11_1', '-m': 'ppc64le' },
    osRelease: `NAME="Void"\nID='void'\n`,
    word: 'linux_6.6.11-1_ppc64le',
    parts: ['linux', '6.6.11-1', 'void', 'rolling', 'ppc64le'],
  },
  'Debian GNU/kFreeBSD': {
    uname: { '-s': 'GNU/kFreeBSD', '-r': '9.0-2-amd64', '-m': 'x86_64' },
    word: 'gnu-kfreebsd_9.0-2-amd64_x86_64',
    parts: ['gnu-kfreebsd', '9.0-2-amd64', 'gnu-kfreebsd', '9.0-2-amd64', 'x86_64'],
  },
  Cygwin: {
    uname: { '-s': 'CYGWIN_NT-10.0-19045', '-r': '3.4.10-1.x86_64', '-m': 'x86_64' },
    word: 'cygwin_3.4.10-1.x86-64_x86_64',
    parts: ['cygwin', '3.4.10-1.x86-64', 'cygwin', '3.4.10-1.x86-64', 'x86_64'],
  },
  'a system that nobody has met, with names that make would trip over': {
    uname: { '-s': 'Plan 9$(x)', '-r': '..4th #1:2%', '-m': 'A B/c;d~' },
    word: 'plan-9-x_4th-1-2_a-b-c-d',
    parts: ['plan-9-x', '4th-1-2', 'plan-9-x', '4th-1-2', 'a-b-c-d'],
  },
}

for (const [name, machine] of Object.entries(machineTests)) {
  test(`platform knows ${name}`, (t) =>
    inEachShell(t, (said) => assertIs((...words) => said(machine, ...words), machine)))
}

const paper = { uname: { '-s': 'Linux', '-r': '2.2.17-14', '-m': 'i686' } }

test('platform takes long options, in any order and again', (t) =>
  inEachShell(t, (said) => {
    const lines = said(paper, '--hardware', '--os', '--release', '--os', '--distribution-version', '--distribution')
    assert.deepEqual(lines, { status: 0, out: 'i686\nlinux\n2.2.17-14\nlinux\n2.2.17-14\nlinux\n', err: '' })
  }))

test('platform refuses what it does not know, with nothing on standard output', (t) =>
  inEachShell(t, (said) => {
    const hint = 'platform: hint: see `platform --help`\n'
    const refused = (message: string): Said => ({ status: 22, out: '', err: `platform: error: ${message}\n${hint}` })
    assert.deepEqual(said(paper, '-x'), refused('unknown option: -x'))
    assert.deepEqual(said(paper, '-s', '--os\\n'), refused('unknown option: --os\\n'))
    assert.deepEqual(said(paper, 'os'), refused('platform takes no word: os'))
    assert.deepEqual(said(paper, ''), refused('platform takes no word: '))
  }))

test('platform prints its help, also where uname says nothing', (t) =>
  inEachShell(t, (said) => {
    for (const option of ['-h', '--help']) {
      const { status, out, err } = said({ uname: {} }, '-s', option)
      assert.deepEqual([status, err], [0, ''])
      assert.match(out, /^usage: platform \[-s\]/)
      for (const name of ['--os', '--release', '--distribution', '--distribution-version', '--hardware', '--help'])
        assert.ok(out.includes(`, ${name} `), name)
    }
  }))

test('platform prints nothing rather than a word with a part missing', (t) =>
  inEachShell(t, (said) => {
    const hint = 'platform: hint: run uname -a and see what it prints\n'
    const failed = (what: string): Said => ({
      status: 1,
      out: '',
      err: `platform: error: uname does not say what the ${what} is\n${hint}`,
    })
    assert.deepEqual(said({ uname: {} }), failed('operating system'))
    assert.deepEqual(said({ uname: { '-s': 'Linux', '-m': 'i686' } }), failed('release'))
    assert.deepEqual(said({ uname: { '-s': 'Linux', '-r': '1' } }, '-s', '-r', '-m'), failed('hardware'))
  }))

test('platform does not run what os-release holds', (t) =>
  inEachShell(t, (said) => {
    const osRelease = 'ID=first\nexit 3\nVERSION_ID="`echo 1` $(echo 2)"\nPATH=/nowhere\nID="my_own Linux"\n'
    const lines = said({ ...paper, osRelease }, '-d', '-v', '-s')
    assert.deepEqual(lines, { status: 0, out: 'my-own-linux\necho-1-echo-2\nlinux\n', err: '' })
  }))

test('platform works also where sh -eu runs it', { skip: unlessThere('bash') }, () => {
  const { status, out, err } = run(['bash', '-eu'], paper)
  assert.deepEqual([status, out, err], [0, 'linux_2.2.17-14_i686\n', ''])
})

test('shellcheck finds nothing in platform', { skip: unlessThere('shellcheck') }, () => {
  assert.deepEqual(ran('shellcheck', platform), { status: 0, text: '' })
})
