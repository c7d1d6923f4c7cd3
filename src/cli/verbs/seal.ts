import { flag } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const sealVerb = verb({
  name: 'seal',
  summary: 'Prepare this host for taking a disk image',
  help:
    'Removes what identifies this host: its key, its history and its locks. The journals, the files and how far ' +
    'it has come are kept, so that machines made from its image continue from there, each with a key of its own. ' +
    'The daemon must not be running, and there must be nothing to check in. With --same-host nothing is removed: ' +
    'this declares that it is still the same host although its machine-id(5) has changed, as after ' +
    'systemd-machine-id-setup, or after its disk was moved to other hardware.',
  exits: [0, 1],
  options: { sameHost: flag('--same-host', 'keep key, history and work under the new machine-id') },
  run: async ({ sealHome, noteSameHost, flags, say }, { sameHost }) => {
    if (sameHost) {
      await noteSameHost(flags.config)
      say('this is still the same host, under its new machine-id')
      return 0
    }
    await sealHome(flags.config)
    say('this host now has no identity: take its image; the next start gives it a new one')
    return 0
  },
})
