import { resolve } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { hostVariables } from '../../config/index.ts'
import { aFile, word } from '../../terminal/index.ts'
import { type CallerFile, type CallerFiles, verb } from '../verb.ts'

/** A template is written by hand. */
const templateBytesMax = 1024 * 1024
/** What it becomes may be longer: it may repeat itself. */
const resultBytesMax = 16 * 1024 * 1024

export const renderVerb = verb({
  name: 'render',
  summary: "Make a file from a template and this host's variables",
  help:
    'Writes DEST from TEMPLATE, replacing {{ NAME }} with the value of a variable that `isconf env` shows; the ' +
    'template language is Liquid. If a variable is not set, that is an error, and DEST stays as it was. DEST gets ' +
    'the permissions of TEMPLATE and is replaced in one step; if it already has that content and those ' +
    'permissions, nothing is written. Needs no daemon.',
  exits: [0, 1, 2],
  arguments: {
    template: word('TEMPLATE', 'the file to read', aFile),
    dest: word('DEST', 'the file to write; - is standard output', aFile),
  },
  run: async ({ config, cwd, files, terminal, say }, { template, dest }) => {
    const from = resolve(cwd, template)
    const { bytes, mode } = await readTemplate(files, from)
    // Only here: no other command should wait for the library to load.
    const { renderTemplate } = await import('../template.ts')
    const result = Buffer.from(renderTemplate(textOf(bytes, from), from, hostVariables(config)))
    if (result.length > resultBytesMax) {
      throw new IsconfError('TEMPLATE', `${from}: the result is larger than ${resultBytesMax} bytes`)
    }
    if (dest === '-') {
      terminal.out(result)
      return 0
    }
    const to = resolve(cwd, dest)
    const before = await files.read(to, resultBytesMax)
    if (before && before.mode === mode && result.equals(before.bytes)) {
      say(`${to} is up to date`)
      return 0
    }
    await files.replace(to, result, mode)
    say(`rendered ${to} (${result.length} bytes)`)
    return 0
  },
})

async function readTemplate(files: CallerFiles, path: string): Promise<CallerFile> {
  const file = await files.read(path, templateBytesMax)
  if (file === undefined) throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
  return file
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new IsconfError('TEMPLATE', `${path}: the template is not UTF-8 text`)
  }
}
