/** The Node that the packages carry: the pinned one of runtime/package.json, checked, without what debuggers read. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../build.ts'
import { withPackage } from '../npm-package.ts'
import { stripped } from './strip.ts'

/** As each tool and format calls an architecture; e_machine is that of elf(5). */
export const architectures = {
  amd64: { node: 'x64', uname: 'x86_64', machine: 62 },
  arm64: { node: 'arm64', uname: 'aarch64', machine: 183 },
} as const

/** An architecture by Debian's name. */
export type Architecture = keyof typeof architectures

export interface Runtime {
  /** The program, stripped. */
  readonly program: Buffer
  readonly licence: Buffer
}

interface Pinned {
  readonly sha256: Readonly<Record<string, string>>
}

/** The runtime for an architecture: from node_modules/ where npm ci has put it, or else from the npm registry. */
export function runtimeFor(architecture: Architecture): Runtime {
  const { node, machine } = architectures[architecture]
  const name = `node-linux-${node}`
  const pinned = JSON.parse(readFileSync(join(root, 'runtime/package.json'), 'utf8')) as Pinned
  return withPackage(name, (directory) => {
    const program = readFileSync(join(directory, 'bin/node'))
    assertPinned(program, name, pinned.sha256[name])
    return { program: stripped(program, machine), licence: readFileSync(join(directory, 'LICENSE')) }
  })
}

/** The package is a third party's: what runs as root on every host is the program whose hash somebody has looked at. */
function assertPinned(program: Buffer, name: string, expected: string | undefined): void {
  const found = createHash('sha256').update(program).digest('hex')
  if (found === expected) return
  throw new Error(`bin/node of ${name} has the SHA-256 ${found}, and runtime/package.json says ${expected}`)
}
