/**
 * Edits that differ if they are done twice: an interrupted operation is begun again, and a host may already have the
 * edit.
 */
import { changesTwice } from '../sed.ts'
import type { CommandRow } from '../warning.ts'
import { hasFlag, operandsOf } from '../words.ts'

/** Files that are made to be added to, or that do not last. */
const passing = /^\/dev\/|^\/tmp\/|^\/var\/log\/|\.log$|^&|^$/

export const editRows: readonly CommandRow[] = [
  {
    id: 'append',
    finds: ({ appendsTo, isGuarded }) => !isGuarded && appendsTo.find((file) => !passing.test(file)),
    says: (file) => `adds to ${file} once more if it is done again or the text is already there`,
    instead: 'isconf snap the file, or: grep -qxF LINE FILE || echo LINE >>FILE',
    flagged: [
      'sh -c "echo 10.0.0.1 db >> /etc/hosts"',
      'bash -c "cat /srv/more >>/etc/fstab"',
      'sh -ec "cd /etc; printf x >> motd"',
      'sh -c "true && echo x >> /etc/motd"',
    ],
    silent: [
      `sh -c "grep -q db /etc/hosts || echo 10.0.0.1 db >> /etc/hosts"`,
      'sh -c "if ! grep -q db /etc/hosts; then echo 10.0.0.1 db >>/etc/hosts; fi"',
      'sh -c "echo x > /etc/motd"',
      'sh -c "make install >> /var/log/build.log 2>&1"',
      "echo 'a >> b'",
    ],
  },
  {
    id: 'tee-append',
    programs: ['tee'],
    finds: ({ words, isGuarded }) =>
      !isGuarded && hasFlag(words, '-a', '--append') && operandsOf(words).find((file) => !passing.test(file)),
    says: (file) => `adds to ${file} once more if it is done again or the text is already there`,
    instead: 'isconf snap the file, or: grep -qxF LINE FILE || echo LINE | tee -a FILE',
    flagged: ['sh -c "echo vm.swappiness=1 | tee -a /etc/sysctl.conf"', 'sh -c "echo x | sudo tee --append /etc/motd"'],
    silent: [
      'sh -c "echo x | tee /etc/motd"',
      'sh -c "make | tee -a /tmp/make.out"',
      'sh -c "grep -q x f || echo x | tee -a f"',
    ],
  },
  {
    id: 'sed-again',
    programs: ['sed', 'perl'],
    finds: ({ name, words, isGuarded }) => {
      if (isGuarded || !(name === 'perl' ? /\s-\w*i/ : /(^|\s)(-\w*i|--in-place)/).test(` ${words.join(' ')}`))
        return false
      const scripts = sedScripts(words)
      return scripts.find((script) =>
        changesTwice(script, name === 'perl' || hasFlag(words, '-E', '-r', '--regexp-extended')),
      )
    },
    says: (script) => `${script} changes the file once more if it is done again or the change is already there`,
    instead: 'isconf snap the file, or an expression that does not match its own result',
    flagged: [
      `sed -i 's/^/# /' /etc/motd`,
      `sed -i '$a net.ipv4.ip_forward=1' /etc/sysctl.conf`,
      `sed -i 's/Port 22/Port 2222/' /etc/ssh/sshd_config`,
      `sed -ri 's/(GRUB_CMDLINE_LINUX=".*)"/\\1 quiet"/' /etc/default/grub`,
      `sed -i '/^search/s/$/ example.com/' /etc/resolv.conf`,
      `sed -i 1d /etc/hosts`,
      `sed -i -e 's/a/b/' -e '1i # ours' f`,
      `perl -pi -e 's/foo/foobar/' f`,
    ],
    silent: [
      `sed -i 's/^#Port 22/Port 2222/' /etc/ssh/sshd_config`,
      `sed -i 's/PermitRootLogin yes/PermitRootLogin no/' /etc/ssh/sshd_config`,
      `sed -i '/swap/d' /etc/fstab`,
      `sed -i 's/^#*\\(PasswordAuthentication\\).*/\\1 no/' /etc/ssh/sshd_config`,
      `sed -i 's|archive.example.com|mirror.example.com|g' /etc/apt/sources.list`,
      `sed 's/^/# /' /etc/motd`,
      `sed -i -E 's/^#?Storage=.*/Storage=persistent/' /etc/systemd/journald.conf`,
      `sh -c "grep -q quiet f || sed -i 's/$/ quiet/' f"`,
    ],
  },
  {
    id: 'crontab-append',
    programs: ['crontab'],
    finds: ({ words, source, isGuarded }) =>
      !isGuarded &&
      operandsOf(words, ['-u']).includes('-') &&
      source?.name === 'crontab' &&
      hasFlag(source.words, '-l'),
    says: 'adds its lines to the crontab once more if it is done again',
    instead: 'isconf snap a file in /etc/cron.d',
    flagged: ['sh -c "(crontab -l; echo @daily /srv/x) | crontab -"'],
    silent: ['crontab /srv/crontab', 'sh -c "echo @daily /srv/x | crontab -"', 'crontab -l'],
  },
]

/** The scripts of a sed or `perl -pe`: those of -e, or the first word. */
function sedScripts(words: readonly string[]): readonly string[] {
  const named = words.flatMap((word, index) => (/^-\w*e$|^--expression$/.test(word) ? [words[index + 1] ?? ''] : []))
  if (named.length > 0) return named
  if (hasFlag(words, '-f', '--file')) return []
  return operandsOf(words).slice(0, 1)
}
