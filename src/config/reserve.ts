/** IS_RESERVE: how much of the disk of IS_HOME stays free of what arrives from other hosts. */
import type { Setting } from './setting.ts'
import type { Parsed } from './values.ts'

/** The least that is kept free: a percentage of a small disk is too little for what the system itself writes. */
const leastBytes = 256 * 1024 * 1024
const bytesByUnit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const

const percentPattern = /^(\d{1,2})%$/
const sizePattern = /^(\d{1,12})([KMGT]?)$/

/** A part of the disk, as `5%`, or a number of bytes, as `2G`. */
export function parseReserve(text: string): Parsed<string> {
  if (percentPattern.test(text) || sizePattern.test(text)) return { value: text }
  return { problem: `must be a part of the disk, as 5%, or a size, as 2G or 0, not ${JSON.stringify(text)}` }
}

export const reserveSetting: Setting<string> = {
  env: 'IS_RESERVE',
  form: 'a part of the disk, as 5%, of which 256 MiB are the least; or a size, as 2G or 0',
  fallback: '5%',
  describe:
    'How much of the disk of IS_HOME stays free of what arrives from other hosts: changesets and files wait when less would be left. What is recorded on this host itself may use it.',
  parse: parseReserve,
}

/** How many bytes that is of a disk of so many. A part is 256 MiB at least. */
export function reserveBytes(reserve: string, diskBytes: number): number {
  const percent = percentPattern.exec(reserve)?.[1]
  if (percent !== undefined) return Math.max(leastBytes, Math.floor((diskBytes * Number(percent)) / 100))
  const [, count = '0', unit = ''] = sizePattern.exec(reserve) ?? []
  return Number(count) * bytesByUnit[unit as keyof typeof bytesByUnit]
}
