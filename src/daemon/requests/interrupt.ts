import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const interruptRequest = request({
  name: 'interrupt',
  kind: 'daemon',
  result:
    'what was interrupted, or null: with the header `isconf-caller` only what was asked for with the same one, ' +
    'without it what changes this host',
  run: ({ process }: Pick<Parts, 'process'>, _, { caller }): string | null => process.interrupt(caller),
})
