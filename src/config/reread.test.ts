import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Config, resolveConfig } from './config.ts'
import { waitingForRestart } from './reread.ts'

function configOf(mainCfText: string, domainFileText = 'example.com\n'): Config {
  const host = { short: 'alder', fqdn: 'alder.example.com' }
  return resolveConfig({ environment: {}, host, mainCfPath: '/etc/is/main.cf', mainCfText, domainFileText })
}

test('waitingForRestart() names what a running daemon cannot change', () => {
  const said = (text: string, domain?: string): readonly string[] =>
    waitingForRestart(configOf(''), configOf(`alder:\n\t${text}\n`, domain)).map((line) => line.split(' ')[0] ?? '')
  assert.deepEqual(waitingForRestart(configOf(''), configOf('alder:\n\tIS_PORT=1\n')), [
    'IS_PORT has changed and counts after a restart: isconf restart',
  ])
  for (const text of ['IS_HOME=/srv/is', 'IS_LISTEN=::1', 'IS_VOLROOT=/srv', 'IS_NOBROADCAST=yes', 'IS_LOG=file'])
    assert.deepEqual(said(text), [text.split('=')[0]])
  assert.deepEqual(said('ROLE=web', 'other.example.com\n'), ['IS_DOMAIN'])
})

test('waitingForRestart() is silent about what counts at once', () => {
  const text = 'alder:\n\tROLE=web\n\tIS_OWNER=numeric\n\tIS_REBOOT_CMD=reboot\n\tIS_HMAC_KEYS=/k\n\tIS_NETS=/n\n'
  assert.deepEqual(waitingForRestart(configOf(''), configOf(text)), [])
})
