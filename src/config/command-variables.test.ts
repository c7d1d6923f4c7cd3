import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aptConf, commandVariables } from './command-variables.ts'
import { resolveConfig } from './config.ts'

const here = { user: { name: 'root', home: '/root' }, aptConfPath: '/usr/lib/isconf/dist/apt.conf' }

function environmentOf(mainCfText: string, environment: Record<string, string> = {}): Record<string, string> {
  const host = { short: 'alder', fqdn: 'alder.example.com' }
  const input = { environment, host, mainCfPath: '/etc/is/main.cf', mainCfText, domainFileText: 'example.com\n' }
  return commandVariables(resolveConfig(input), here)
}

test('commandVariables() is a fixed few variables and where ISconf is', () => {
  assert.deepEqual(environmentOf(''), {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LOGNAME: 'root',
    USER: 'root',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_CONFIG: '/usr/lib/isconf/dist/apt.conf',
    APT_LISTCHANGES_FRONTEND: 'none',
    NEEDRESTART_SUSPEND: '1',
    PAGER: 'cat',
    SYSTEMD_PAGER: 'cat',
    HOSTNAME: 'alder',
    IS_HOME: '/var/is',
    IS_DOMAIN: 'example.com',
    IS_VOLROOT: '',
    IS_EXEC: '1',
  })
})

test('commandVariables() takes nothing from whoever started the daemon but what is set for ISconf', () => {
  const mine = {
    PATH: '/home/me/bin',
    LC_ALL: 'tr_TR.UTF-8',
    TZ: 'Pacific/Chatham',
    IS_HOME: '/srv/is',
    IS_VOLROOT: '/srv/root',
  }
  const given = environmentOf('', mine)
  assert.deepEqual({ ...given, IS_HOME: '', IS_VOLROOT: '' }, { ...environmentOf(''), IS_HOME: '', IS_VOLROOT: '' })
  assert.deepEqual([given['IS_HOME'], given['IS_VOLROOT']], ['/srv/is', '/srv/root'])
})

test("commandVariables() has main.cf's variables, which beat the fixed few but not the facts", () => {
  const given = environmentOf('alder:\n\tPATH=/opt/bin\n\tLANG=de_DE.UTF-8\n\tROLE="web server"\n\tHOSTNAME=birch\n')
  assert.equal(given['PATH'], '/opt/bin')
  assert.equal(given['LANG'], 'de_DE.UTF-8')
  assert.equal(given['ROLE'], 'web server')
  // It would win over the language that main.cf asks for.
  assert.equal(given['LC_ALL'], undefined)
  assert.equal(given['HOSTNAME'], 'alder')
})

test('commandVariables() gives an IS_VOLROOT that a path can be put behind', () => {
  assert.equal(`${environmentOf('')['IS_VOLROOT']}/etc`, '/etc')
  assert.equal(`${environmentOf('', { IS_VOLROOT: '/srv/root' })['IS_VOLROOT']}/etc`, '/srv/root/etc')
  assert.equal(`${environmentOf('', { IS_VOLROOT: '/srv/root/' })['IS_VOLROOT']}/etc`, '/srv/root/etc')
})

test('aptConf lets dpkg find programs where commands find them, and gives it no terminal', () => {
  assert.ok(aptConf.includes(`\nDPkg::Path "${environmentOf('')['PATH']}";\n`))
  assert.match(aptConf, /\nDpkg::Use-Pty "false";\n/)
})
