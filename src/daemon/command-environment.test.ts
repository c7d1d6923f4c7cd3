import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../config/config.ts'
import { commandEnvironment } from './command-environment.ts'

const user = { name: 'root', home: '/root' }

function environmentOf(mainCfText: string, environment: Record<string, string> = {}): Record<string, string> {
  const host = { short: 'alder', fqdn: 'alder.example.com' }
  const input = { environment, host, mainCfPath: '/etc/is/main.cf', mainCfText, domainFileText: 'example.com\n' }
  return commandEnvironment(resolveConfig(input), user)
}

test('commandEnvironment() is a fixed few variables and where ISconf is', () => {
  assert.deepEqual(environmentOf(''), {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LOGNAME: 'root',
    USER: 'root',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    HOSTNAME: 'alder',
    IS_HOME: '/var/is',
    IS_DOMAIN: 'example.com',
    IS_VOLROOT: '',
    IS_EXEC: '1',
  })
})

test('commandEnvironment() takes nothing from whoever started the daemon but what is set for ISconf', () => {
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

test("commandEnvironment() has main.cf's variables, which beat the fixed few but not the facts", () => {
  const given = environmentOf('alder:\n\tPATH=/opt/bin\n\tLANG=de_DE.UTF-8\n\tROLE="web server"\n\tHOSTNAME=birch\n')
  assert.equal(given['PATH'], '/opt/bin')
  assert.equal(given['LANG'], 'de_DE.UTF-8')
  assert.equal(given['ROLE'], 'web server')
  assert.equal(given['HOSTNAME'], 'alder')
})

test('commandEnvironment() gives an IS_VOLROOT that a path can be put behind', () => {
  assert.equal(`${environmentOf('')['IS_VOLROOT']}/etc`, '/etc')
  assert.equal(`${environmentOf('', { IS_VOLROOT: '/srv/root' })['IS_VOLROOT']}/etc`, '/srv/root/etc')
  assert.equal(`${environmentOf('', { IS_VOLROOT: '/srv/root/' })['IS_VOLROOT']}/etc`, '/srv/root/etc')
})
