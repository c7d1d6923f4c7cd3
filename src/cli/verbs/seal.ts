import { verb } from '../verb.ts'

export const sealVerb = verb({
  name: 'seal',
  summary: 'Make this host fit to be taken as a disk image',
  help:
    'Removes what makes this host the one it is: its key, its history and its locks. The journals, the files and how ' +
    'far it has come are kept, so that machines made from its image go on there, each with a key of its own. The ' +
    'daemon must not run, and nothing may wait to be checked in.',
  exits: [0, 1],
  run: async ({ sealHome, flags, say }) => {
    await sealHome(flags.config)
    say('this host has no identity now: take its image; the next start makes it a host of its own')
    return 0
  },
})
