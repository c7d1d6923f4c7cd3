/** The flags of isconf, which stand before the verb. */
import { aFile, debugFlag, flag, quietFlag, value, verbWords } from '../terminal/index.ts'

export const flags = {
  config: value('-c, --config <config>', 'the configuration file (default: /etc/is/main.cf)', aFile),
  debug: debugFlag,
  message: value('-m, --message <message>', 'why, for the verbs that take a reason'),
  quiet: quietFlag,
  reboot: flag('-r, --reboot_ok', 'with up: allow a reboot that is due'),
}

/** What isconf takes: its flags, and the words of a verb. */
export const isconfWords = { options: flags, arguments: verbWords, passThrough: true } as const
