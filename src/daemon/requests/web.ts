import type { WebAnswer } from '../../control/index.ts'
import { nothing } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** WEB_ADDRESS when the page can't be had where IS_WEB says. */
export const webRequest = request({
  name: 'web',
  kind: 'daemon',
  result:
    '`page`: `address` of the page that a browser shows (`http://127.0.0.1:PORT`, or the path of a socket) and `link`, which ' +
    'goes behind it and logs in whoever opens it, once and within ten minutes; null when IS_WEB says that there is none',
  input: nothing,
  run: ({ process }: Pick<Parts, 'process'>): WebAnswer => ({ page: process.web?.() ?? null }),
})
