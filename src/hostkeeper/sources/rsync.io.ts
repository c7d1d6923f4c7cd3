/** An rsync daemon (`rsync://HOST/MODULE`), or rsync over ssh (`rsync:HOST:PATH`). */
import { rsyncAddress } from './address.ts'
import { runCommand, sshCommand } from './command.io.ts'
import type { Source } from './source.ts'

export const rsyncSource: Source = {
  fetch: async (address, into, context) => {
    const { timeoutS } = context.settings
    const remote = rsyncAddress(address)
    // What it tells of its progress is how we know that it lives.
    const options = ['--recursive', '--links', '--perms', '--times', '--info=progress2', `--timeout=${timeoutS}`]
    const more = remote.startsWith('rsync://') ? [`--contimeout=${timeoutS}`] : []
    const environment = { RSYNC_RSH: context.environment['RSYNC_RSH'] ?? sshCommand(timeoutS) }
    await runCommand(['rsync', ...options, ...more, '--', remote, `${into}/`], { address, environment }, context)
  },
}
