/** A command line that fills the directory it is started in; that is how SUP, CVS and all the others are used. */
import { runCommand } from './command.io.ts'
import type { Source } from './source.ts'

export const execSource: Source = {
  fetch: async (address, into, context) => {
    const command = address.slice('exec:'.length)
    const environment = { ISCONFDIR: context.settings.home }
    await runCommand(['/bin/sh', '-c', command, 'sh', into], { address, environment, cwd: into }, context)
  },
}
