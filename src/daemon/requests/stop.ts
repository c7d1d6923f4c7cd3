import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const stopRequest = request({
  name: 'stop',
  kind: 'daemon',
  result: '`pid`',
  run: ({ process }: Pick<Parts, 'process'>) => {
    process.stop()
    return { pid: process.pid }
  },
})
