/** What the package brings beside its programs. */
import { fileURLToPath } from 'node:url'

/** The path of a file or directory of packaging/, which lies beside the bundle wherever that is installed. */
export const packaged = (name: string): string => fileURLToPath(new URL(`../packaging/${name}`, import.meta.url))
