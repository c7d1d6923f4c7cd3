/** The kernel's id of this boot of the machine. */
import { readFile } from 'node:fs/promises'
import { errnoText, IsconfError } from '../base/index.ts'
import { processStart } from '../base/pid-file.io.ts'

/** A boot id is 36 characters; what is longer is not one. */
const lengthMax = 200

/** See {@link Machine.bootId}; `path` is the file that has it. */
export async function bootId(path: string): Promise<string> {
  return `${await readBootId(path)}${startOfFirst()}`
}

async function readBootId(path: string): Promise<string> {
  const where = `IS_BOOT_ID: ${path}`
  let text: string
  try {
    text = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new IsconfError('CONFIG', `${where} can't be read: ${errnoText(error)}`, { cause: error })
  }
  if (text === '' || text.length > lengthMax) throw new IsconfError('CONFIG', `${where} holds no boot id`)
  return text
}

/**
 * When process 1 was started, by the kernel's clock of this boot. In a container process 1 begins anew with each start,
 * while the kernel and its boot id stay. Empty where /proc does not tell.
 */
function startOfFirst(): string {
  try {
    const [started] = processStart(1).split('@')
    return started ? ` ${started}` : ''
  } catch {
    return ''
  }
}
