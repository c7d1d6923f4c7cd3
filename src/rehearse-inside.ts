/** The process in the sandbox of a rehearsal, which the daemon starts. */
import { rehearseInside } from './rehearsal/index.ts'

void rehearseInside()
