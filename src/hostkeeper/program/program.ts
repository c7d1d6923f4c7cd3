/** What the programs of Hostkeeper have in common: flags, and what they say of a failure. */
import { type ErrorCode, errorKinds, IsconfError } from '../../base/index.ts'
import { aFile, flag, quietFlag, type Typed, value } from '../../terminal/index.ts'

/** The flags that all of them have. */
export const hostkeeperFlags = {
  config: value('-c, --config <file>', 'the file of settings (default: /etc/is/hostkeeper.conf)', aFile),
  debug: flag('-D, --debug', 'show what is set for this host and where failures come from'),
  quiet: quietFlag,
}

export type ProgramFlags = Typed<typeof hostkeeperFlags, Readonly<Record<never, never>>>

/** What the table says of IS_HOME and the daemon's log, said of ISCONFDIR. */
const ownHints: Partial<Record<ErrorCode, string>> = {
  HOME_UNWRITABLE: 'run as the user who owns ISCONFDIR, usually root, or set ISCONFDIR',
  DISK_FULL: 'make room on the disk of ISCONFDIR; nothing was left half-written',
  UNEXPECTED: 'this is a bug; run it again with -D for the details',
}

export function withOwnHint(error: IsconfError): IsconfError {
  const hint = ownHints[error.code]
  if (hint === undefined || error.hint !== errorKinds[error.code].hint) return error
  return new IsconfError(error.code, error.message, { cause: error.cause, exit: error.exit, hint })
}
