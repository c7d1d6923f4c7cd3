/** The table of operations that do not replay. A new row goes into the file of its subject, with its examples. */
import { accountRows } from './rows/accounts.ts'
import { aptRows } from './rows/apt.ts'
import { dropInRows } from './rows/drop-ins.ts'
import { editRows } from './rows/edits.ts'
import { mountCommandRows, mountFileRows } from './rows/mounts.ts'
import { onlyHereCommandRows, onlyHereFileRows } from './rows/only-here.ts'
import { packageRows } from './rows/packages.ts'
import { serviceRows } from './rows/services.ts'
import { unpackingRows } from './rows/unpacking.ts'
import type { CommandRow, FileRow } from './warning.ts'

export const commandRows: readonly CommandRow[] = [
  ...aptRows,
  ...packageRows,
  ...accountRows,
  ...editRows,
  ...unpackingRows,
  ...serviceRows,
  ...onlyHereCommandRows,
  ...mountCommandRows,
]

export const fileRows: readonly FileRow[] = [...dropInRows, ...onlyHereFileRows, ...mountFileRows]
