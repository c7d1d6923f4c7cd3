import { flag } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const sealVerb = verb({
  name: 'seal',
  summary: 'Make this host fit to be taken as a disk image',
  help:
    'Removes what makes this host the one it is: its key, its history and its locks. The journals, the files and how ' +
    'far it has come are kept, so that machines made from its image go on there, each with a key of its own. The ' +
    'daemon must not run, and nothing may wait to be checked in. With --same-host nothing is removed: it says that ' +
    'this is still the same host, whose machine has another machine-id(5) now, as after systemd-machine-id-setup, or ' +
    'after its disk has come to other hardware.',
  exits: [0, 1],
  options: { sameHost: flag('--same-host', 'keep key, history and work under the new id of the machine') },
  run: async ({ sealHome, noteSameHost, flags, say }, { sameHost }) => {
    if (sameHost) {
      await noteSameHost(flags.config)
      say('this is the same host under the id that its machine has now')
      return 0
    }
    await sealHome(flags.config)
    say('this host has no identity now: take its image; the next start makes it a host of its own')
    return 0
  },
})
