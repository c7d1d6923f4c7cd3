import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemDisk } from '../../src/base/disk.io.ts'
import { diskContract } from './disk.ts'

diskContract('systemDisk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isconf-disk-'))
  return { disk: systemDisk, directory, close: () => rm(directory, { recursive: true }) }
})
