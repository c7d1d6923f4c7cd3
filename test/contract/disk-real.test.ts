import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskAtOnce, systemDisk } from '../../src/base/disk.io.ts'
import { diskContract } from './disk.ts'

for (const [name, disk] of Object.entries({ systemDisk, diskAtOnce }))
  diskContract(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'isconf-disk-'))
    return { disk, directory, close: () => rm(directory, { recursive: true }) }
  })
