import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { scheduledUps } from './scheduled-up.io.ts'

test('scheduledUps() finds units that are enabled and lines of cron, and nothing else', (t) => {
  const root = temporaryDirectory(t)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  assert.deepEqual(scheduledUps(root), [])
  write('etc/crontab', '# 5 * * * * root isconf up\n5 * * * * root isconf status\n')
  write('etc/cron.d/isconf', 'PATH=/usr/bin\n5 * * * * root isconf -q up >/dev/null\n')
  write('etc/cron.daily/backup', '#!/bin/sh\nlvcreate isconf-backup; start it up-to-date\n')
  write('var/spool/cron/crontabs/root', '@hourly /usr/bin/isconf up --wait\n')
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants')
  mkdirSync(wants, { recursive: true })
  symlinkSync('/nowhere', join(wants, 'isconf-up.service'))
  const found = scheduledUps(root).map(({ path, atBoot }) => [path.slice(root.length + 1), atBoot])
  assert.deepEqual(found, [
    ['etc/systemd/system/multi-user.target.wants/isconf-up.service', true],
    ['etc/cron.d/isconf', false],
    ['var/spool/cron/crontabs/root', false],
  ])
})
