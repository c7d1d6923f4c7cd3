/** Users and groups: their numbers depend on which others were there before. */
import type { CommandRow } from '../warning.ts'
import { hasFlag, operandsOf } from '../words.ts'

const addsMember = (words: readonly string[]): boolean =>
  operandsOf(words, [
    '--ingroup',
    '--home',
    '--shell',
    '--gecos',
    '--comment',
    '--uid',
    '--gid',
    '--firstuid',
    '--lastuid',
    '--conf',
  ]).length > 1

export const accountRows: readonly CommandRow[] = [
  {
    id: 'useradd-number',
    programs: ['useradd'],
    finds: ({ words }) => !hasFlag(words, '-u', '--uid') && !hasFlag(words, '-D', '--defaults', '-h', '--help'),
    says: 'gives another number if other users were created before, and ends with 9 if the name exists',
    instead: 'getent passwd NAME >/dev/null || useradd -u NUMBER …',
    flagged: ['useradd -m deploy', 'useradd --system --home-dir /srv/app --shell /usr/sbin/nologin app'],
    silent: [
      'useradd -m -u 2001 deploy',
      'useradd --uid=2001 deploy',
      'usermod -aG docker deploy',
      'useradd -D -s /bin/bash',
    ],
  },
  {
    id: 'groupadd-number',
    programs: ['groupadd'],
    finds: ({ words }) => !hasFlag(words, '-g', '--gid', '-h', '--help'),
    says: 'gives another number if other groups were created before, and ends with 9 if the name exists',
    instead: 'groupadd -f -g NUMBER NAME',
    flagged: ['groupadd www', 'groupadd -r www'],
    silent: ['groupadd -f -g 2002 www', 'groupadd --gid 2002 www', 'groupmod -n a b'],
  },
  {
    id: 'adduser-number',
    programs: ['adduser'],
    finds: ({ words }) =>
      !hasFlag(words, '--uid', '-u') && !addsMember(words) && !hasFlag(words, '--group', '-h', '--help'),
    says: 'gives another number if other users were created before, and fails if the user name exists',
    instead: 'adduser --uid NUMBER …',
    flagged: ['adduser --disabled-password --gecos "" deploy', 'adduser --system --no-create-home app'],
    silent: ['adduser --system --uid 801 app', 'adduser deploy docker', 'deluser deploy'],
  },
  {
    id: 'addgroup-number',
    programs: ['addgroup', 'adduser'],
    finds: ({ name, words }) =>
      !hasFlag(words, '--gid', '-g') && !addsMember(words) && (name === 'addgroup' || hasFlag(words, '--group')),
    says: 'gives another number if other groups were created before',
    instead: 'addgroup --gid NUMBER NAME',
    flagged: ['addgroup www', 'adduser --system --group app'],
    silent: ['addgroup --gid 2002 www', 'addgroup deploy www', 'adduser --system --uid 801 app'],
  },
]
